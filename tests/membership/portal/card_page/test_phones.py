"""Which wallets a device is offered."""

import pytest

from membership.portal.card_page.phones import Device, device_of

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
