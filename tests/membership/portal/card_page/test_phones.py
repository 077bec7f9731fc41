"""Which wallets a device is offered, and in which language it is spoken to."""

import pytest

from membership.portal.card_page.phones import Device, device_of, language_of

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
PIXEL = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
BOTH = Device(apple=True, google=True)


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (IPHONE, Device(apple=True, google=False)),
        (PIXEL, Device(apple=False, google=True)),
        (LAPTOP, BOTH),
        ("", BOTH),
        ("\x00" * 5000 + "iPhone", BOTH),
    ],
)
def test_a_phone_is_offered_its_own_wallet_and_all_else_both(
    user_agent: str, device: Device
) -> None:
    assert device_of(user_agent) == device
    assert device_of(user_agent, everything=True) == BOTH
    assert device.is_phone == (device != BOTH)


@pytest.mark.parametrize(
    ("wished", "accepted", "customers", "language"),
    [
        ("de", "en", "en", "de"),
        ("fr", "de;q=0.8, en;q=0.9", None, "en"),
        ("", "de-AT, en;q=0.5", "en", "de"),
        ("", "fr, it", "de-CH", "de"),
        ("", "fr, it", None, "en"),
        ("", "de;q=0, en;q=x, ;;;,", None, "en"),
        ("'\"><", "*", "", "en"),
    ],
)
def test_the_language_of_the_page(
    wished: str, accepted: str, customers: str | None, language: str
) -> None:
    assert language_of(wished, accepted, customers) == language
