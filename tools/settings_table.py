"""Write docs/settings.md from the settings classes: name, type, default and meaning of each.

``python -m tools.settings_table`` writes it; with ``--check`` it fails if the page is out of date.
"""

import argparse
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import EmailStr, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from kiosk.settings import KioskSettings
from membership.base.settings import ServiceSettings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
_HEAD = """# Settings

Read from the environment once, at the start. This page is made by `python -m tools.settings_table` from the fields of the classes, and a test sees that it is up to date.
"""  # noqa: E501 - prose is not broken in Markdown
_PARTS = (
    ("The service", ServiceSettings, "Of `serve`, and of the service that a kiosk starts."),
    ("The kiosk", KioskSettings, "Options of the command line come before these."),
)
_NAMES: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "yes or no",
    Path: "path",
    EmailStr: "email",
}
_BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "at least", "max_length": "≤"}


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, settings, words in _PARTS:
        parts.append(f"## {title}\n{words}\n\n| variable | type | default | meaning |")
        parts[-1] += "\n|---|---|---|---|\n" + "\n".join(_rows(settings)) + "\n"
    return "\n".join(parts)


def _rows(settings: type[BaseSettings]) -> Iterator[str]:
    """A row for each field."""
    prefix = settings.model_config["env_prefix"]
    for name, field in settings.model_fields.items():
        cells = (f"`{(prefix + name).upper()}`", _type(field), _default(field), _meaning(field))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _meaning(field: FieldInfo) -> str:
    """What a setting is for. Raises ValueError if nobody wrote it."""
    if not field.description:
        raise ValueError(f"a setting without a description: {field!r}")
    return " ".join(field.description.split())


def _type(field: FieldInfo) -> str:
    """The kind of value, with its bounds."""
    bounds = [
        f"{sign} {_number(getattr(rule, bound))}" + (" characters" if "length" in bound else "")
        for rule in field.metadata
        for bound, sign in _BOUNDS.items()
        if getattr(rule, bound, None) is not None
    ]
    return ", ".join([_named(field.annotation), *bounds])


def _named(kind: Any) -> str:
    """Plain words for a Python type."""
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return " or ".join(_named(part) for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is tuple:
        return "list, parted by commas"
    if kind is SecretStr:
        return "text, secret"
    return _NAMES.get(kind) or str(kind.__name__)


def _number(value: float) -> str:
    """A number without needless digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _default(field: FieldInfo) -> str:
    """The default as it would be written in the environment."""
    if field.default_factory is not None:
        return "the user's data folder"
    value = field.default
    if value is PydanticUndefined:
        return "needed"
    if value is None or value in ((), ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def main() -> int:
    """Write or check; 1 if the page is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only look, and fail if it differs")
    wanted = page()
    if parser.parse_args().check:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == wanted:
            return 0
        print(f"{PAGE.name} is out of date: run python -m tools.settings_table", file=sys.stderr)
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
