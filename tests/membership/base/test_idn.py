"""Names of hosts in one spelling, and none that stands for another one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.base.idn import ascii_host, unicode_host


@pytest.mark.parametrize(
    ("name", "looked_up", "read"),
    [
        ("example.com", "example.com", "example.com"),
        ("EXAMPLE.Com", "example.com", "example.com"),
        ("a--b.example", "a--b.example", "a--b.example"),
        ("localhost", "localhost", "localhost"),
        ("faß.de", "xn--fa-hia.de", "faß.de"),
        ("FAß.de", "xn--fa-hia.de", "faß.de"),
        ("fass.de", "fass.de", "fass.de"),
        ("bücher.example", "xn--bcher-kva.example", "bücher.example"),
        ("BÜCHER.example", "xn--bcher-kva.example", "bücher.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example", "bücher.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", "bücher.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example", "bücher.example"),
        ("ｅｘａｍｐｌｅ.com", "example.com", "example.com"),
        ("bücher。example", "xn--bcher-kva.example", "bücher.example"),
        ("βόλος.gr", "xn--nxasmm1c.gr", "βόλος.gr"),  # final sigma stays one
        (
            "نامه\u200cای.com",
            "xn--mgba3gch31f060k.com",
            "نامه\u200cای.com",
        ),  # joiner where it belongs
        ("bü\u200bcher.example", "xn--bcher-kva.example", "bücher.example"),  # as browsers do
        ("例え.jp", "xn--r8jz45g.jp", "例え.jp"),
    ],
)
def test_one_spelling_of_a_name(name: str, looked_up: str, read: str) -> None:
    assert (ascii_host(name), unicode_host(name)) == (looked_up, read)
    assert (ascii_host(read), unicode_host(looked_up)) == (looked_up, read)


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "a..b", ".a", "-a.de", "a-.de", "a b.de", "a_b.ü.de", "a/b.ü", "a:b.ü", "a@ü.de",
        "xn--a", "xn--.de", "xn--fass-.de", "xn--zz--zz.de", "xn--ls8h.la",  # an emoji
        "a\u200db.de", "a\u200cb.de", "\u200d.de", "ü\u202e.de", "ü\u00ad..de",
        "☃.example", "💩.la", "ü%.de", "ü\0.de", "ü\n.de", "ü" * 300, "a" * 64 + ".de",
        "xn--fa-hia.xn--", "1\u0660.ü", "אa.de",  # scripts of both directions in one part
    ],
)  # fmt: skip
def test_what_names_no_host(name: str) -> None:
    for spell in (ascii_host, unicode_host):
        with pytest.raises(ValueError, match="name of a host"):
            spell(name)


@given(st.text(alphabet="aßüÖ.-xn０ｅ\u200dс中א", max_size=20))
def test_the_spellings_lead_to_each_other(name: str) -> None:
    try:
        looked_up = ascii_host(name)
    except ValueError:
        return
    assert looked_up.isascii()
    assert ascii_host(unicode_host(name)) == looked_up
    assert unicode_host(looked_up) == unicode_host(name)
