"""Internationalised names of hosts in one spelling (IDNA 2008, RFC 5891, by package ``idna``).

Capitals, full-width letters and other forms are mapped first, as browsers and mail programs do
(UTS 46, not transitional): ``faß.de`` stays another name than ``fass.de``.
"""

import re
from functools import lru_cache

_ASCII_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}", re.ASCII)
_PUNYCODE = "xn--"
_LONGEST = 253


def ascii_host(name: str) -> str:
    """Return the spelling of a name that is looked up: letters, digits and dashes, in lower case.

    Raises ValueError for what is no name of a host. A name that ``idna`` refuses is refused here
    too, such as one with a joiner where none belongs; so is a punycode part that stands for no
    name, or for one that is written otherwise.
    """
    if len(name) > 4 * _LONGEST:
        raise ValueError("is too long for the name of a host")
    lowered = name.lower()
    if name.isascii() and _PUNYCODE not in lowered:
        found = lowered
    else:
        import idna  # noqa: PLC0415 - its tables are large, and few names need them

        try:
            found = idna.encode(name, uts46=True, std3_rules=True, transitional=False).decode()
            idna.decode(found)
        except (idna.IDNAError, UnicodeError) as error:
            raise ValueError("is not the name of a host") from error
    if len(found) > _LONGEST or not _ASCII_HOST.fullmatch(found):
        raise ValueError("is not the name of a host")
    return found


@lru_cache(maxsize=4096)
def unicode_host(name: str) -> str:
    """Return the spelling of a name that people read, in lower case. Raises ValueError."""
    found = ascii_host(name)
    if _PUNYCODE not in found:
        return found
    import idna  # noqa: PLC0415 - see above

    return idna.decode(found)
