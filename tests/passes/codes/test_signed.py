"""Signed card codes: verified with the public key alone, and nothing else passes for one."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from passes.codes.barcode import BarcodeError, CardCode, SignedCardCode, new_card_code, parse
from passes.codes.signed import sign_code, verify_signed
from passes.errors import ForgedCodeError, PassError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = Ed25519PublicKey.from_public_bytes(KEY.public_key().public_bytes_raw())
CARD = CardCode("MC1" + "7" + "Z" * 25)


@given(st.binary(min_size=16, max_size=16))
def test_a_signed_code_survives_print_and_scan(drawn: bytes) -> None:
    card = new_card_code(lambda _: drawn)
    scanned = parse("\\000026" + sign_code(card, KEY).text.lower() + "\r\n")
    assert isinstance(scanned, SignedCardCode)
    assert verify_signed(scanned, PUBLIC) == card


def test_its_text_is_the_card_code_with_a_signature_behind_it() -> None:
    text = sign_code(CARD, KEY).text
    assert text.startswith(CARD.text + ".")
    assert len(text) == 29 + 1 + 103
    assert sign_code(CARD, KEY).text == text


@given(st.integers(0, 511))
def test_one_flipped_bit_of_the_signature_is_seen(bit: int) -> None:
    good = sign_code(CARD, KEY)
    bits = int.from_bytes(good.signature) ^ 1 << bit
    with pytest.raises(ForgedCodeError) as caught:
        verify_signed(SignedCardCode(CARD, bits.to_bytes(64)), PUBLIC)
    assert caught.value.path == "signature"
    assert isinstance(caught.value, PassError)


def test_a_signature_of_another_card_or_organization_is_seen() -> None:
    other = new_card_code(bytes)
    with pytest.raises(ForgedCodeError):
        verify_signed(SignedCardCode(other, sign_code(CARD, KEY).signature), PUBLIC)
    with pytest.raises(ForgedCodeError):
        verify_signed(sign_code(CARD, KEY), Ed25519PrivateKey.generate().public_key())


def test_a_signature_of_the_bare_text_is_not_one_of_the_code() -> None:
    signature = KEY.sign(CARD.text.encode())
    with pytest.raises(ForgedCodeError):
        verify_signed(SignedCardCode(CARD, signature), PUBLIC)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_refuses_signatures_of_another_length(length: int) -> None:
    with pytest.raises(BarcodeError):
        SignedCardCode(CARD, bytes(length))


@pytest.mark.parametrize(
    "text",
    [
        CARD.text + ".",
        CARD.text + "." + "0" * 102,
        CARD.text + "." + "0" * 104,
        CARD.text + "." + "4" + "0" * 102,  # beyond 512 bits
        CARD.text + "." + "U" * 103,
        CARD.text + "-" + "0" * 103,
        "." + "0" * 103,
    ],
)
def test_what_only_looks_signed_is_no_code(text: str) -> None:
    with pytest.raises(BarcodeError):
        parse(text)
