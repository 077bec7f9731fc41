"""Write the table of fields into docs/personal-data.md, from the field map.

``python -m tools.personal_table`` writes it; with ``--check`` it fails if it is out of date.
"""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from membership.data.privacy.fields import FIELDS, Erasure, Field, Whose

PAGE = Path(__file__).parent.parent / "docs" / "personal-data.md"
_MARK = "<!-- made by tools.personal_table -->\n"
_ERASED = {
    Erasure.NULL: "emptied",
    Erasure.ROW: "row deleted",
    Erasure.VALUES: "values inside replaced",
    Erasure.IF_ACTOR: "replaced where the customer acted themself, else stays",
}


def page() -> str:
    """The page with the table as the map is now."""
    before, _, after = PAGE.read_text(encoding="utf-8").split(_MARK)
    return f"{before}{_MARK}{_table()}{_MARK}{after}"


def _table() -> str:
    """All fields that hold anybody's data."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    """The table, line by line; fields of a table that are treated alike share one."""
    yield "| table | fields | whose | after erasure | in the export |"
    yield "|---|---|---|---|---|"
    for table, fields in FIELDS.items():
        described = [
            (name, field) for name, field in fields.items() if field.whose is not Whose.NOBODY
        ]
        for field, same in groupby(sorted(described, key=_order), key=lambda each: each[1]):
            names = ", ".join(f"`{name}`" for name, _ in same)
            shown = "yes" if field.shown else "no"
            yield f"| `{table}` | {names} | {field.whose.value} | {_after(field)} | {shown} |"


def _order(named: tuple[str, Field]) -> tuple[str, ...]:
    """Puts fields together that are treated alike."""
    field = named[1]
    return (field.whose, field.erasure, field.text, str(field.shown), field.why_kept)


def _after(field: Field) -> str:
    """What is there after erasure."""
    if field.erasure is Erasure.KEEP:
        return f"stays ({field.why_kept})" if field.why_kept else "stays"
    if field.erasure is Erasure.TEXT:
        return f'"{field.text}"' if field.text else "emptied"
    return _ERASED[field.erasure]


def main() -> int:
    """Write the page, or compare it; returns 1 if it is out of date."""
    made = page()
    if "--check" in sys.argv[1:]:
        return int(made != PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(made, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
