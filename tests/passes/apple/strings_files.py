"""A parser of strings files, written for the tests."""

import re

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)" = "((?:[^"\\]|\\.)*)";\n', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:U([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def read_strings(data: bytes) -> dict[str, str]:
    """Return the texts of a strings file by key. Fails on anything else in it."""
    text = data.decode("utf-8")
    read: dict[str, str] = {}
    end = 0
    for pair in _PAIR.finditer(text):
        assert pair.start() == end
        end = pair.end()
        assert _read(pair[1]) not in read
        read[_read(pair[1])] = _read(pair[2])
    assert end == len(text)
    return read


def _read(quoted: str) -> str:
    """Return the unescaped text between two quotes."""
    return _ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else _PLAIN[found[2]], quoted
    )
