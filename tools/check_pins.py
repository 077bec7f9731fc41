"""Whether each line of a file of requirements pins a package by hashes, and by no address."""

import re

_PIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9,._-]+\])?==[0-9][A-Za-z0-9.!+_-]*"
    r"(?: ?;[^#@:/]*?)?(?: --hash=sha256:[0-9a-f]{64})+",
    re.ASCII,
)


def pin_faults(text: str) -> tuple[int, list[str]]:
    """Return the number of pins, and the beginnings of lines that are none."""
    joined = re.sub(r" *\\\n +", " ", text)
    lines = [line for line in joined.splitlines() if line.strip()]
    bad = [line[:80] for line in lines if not _PIN.fullmatch(line)]
    return len(lines) - len(bad), bad
