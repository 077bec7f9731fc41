"""``python -m tools.portraits`` writes the portraits of the demo club."""

import resources
from tools.portraits.draw import write_portraits

if __name__ == "__main__":
    write_portraits(resources.path("demo") / "portraits")
