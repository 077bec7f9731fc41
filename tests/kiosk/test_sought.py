"""Which formats the camera looks for, whatever the service sends, and which codes count."""

import pytest

from kiosk.sought import SoughtFormats
from scanner.events import FrameRead
from scanner.formats import DEFAULT_FORMATS, KNOWN_FORMATS
from tests.scanner.pictures import code


@pytest.mark.parametrize(
    ("sent", "sought"),
    [
        ((), DEFAULT_FORMATS),
        (("QRCode", "ITF"), ("QRCode", "ITF")),
        (("Rune7", "ITF"), ("ITF",)),
        (("Rune7",), DEFAULT_FORMATS),
    ],
)
def test_older_and_newer_services_leave_something_to_look_for(
    sent: tuple[str, ...], sought: tuple[str, ...]
) -> None:
    formats = SoughtFormats()
    formats.choose(sent)
    assert formats.now == sought


def test_all_formats_are_looked_for_during_a_trial() -> None:
    formats = SoughtFormats()
    sought = []
    for formats.trying in (False, True, False):
        sought.append(formats.now)
    assert sought == [DEFAULT_FORMATS, KNOWN_FORMATS, DEFAULT_FORMATS]


def test_codes_of_other_formats_do_not_count_once_a_trial_has_ended() -> None:
    formats = SoughtFormats()
    formats.choose(("QRCode", "UPCA"))
    codes = (
        code("MC1-CARD"),
        code("FOB-7712", "Code39"),
        code("4006381333931", "EAN13"),
        code("0012345678905", "EAN13"),
    )
    frame = FrameRead(1, 0, 0, 1280, 720, codes, None)
    counting = formats.counting(frame)
    assert [each.text for each in counting.codes] == ["MC1-CARD", "0012345678905"]
    assert formats.counting(counting) is counting
