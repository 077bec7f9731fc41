"""Signed card codes: verification with the public key, and refusal of anything else."""

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
def test_a_signed_code_round_trips(drawn: bytes) -> None:
    card = new_card_code(lambda _: drawn)
    scanned = parse("\\000026" + sign_code(card, KEY).text.lower() + "\r\n")
    assert isinstance(scanned, SignedCardCode)
    assert verify_signed(scanned, PUBLIC) == card


def test_the_text_is_the_card_code_and_the_signature() -> None:
    text = sign_code(CARD, KEY).text
    assert text.startswith(CARD.text + ".")
    assert len(text) == 29 + 1 + 103
    assert sign_code(CARD, KEY).text == text


@given(st.integers(0, 511))
def test_a_flipped_bit_of_the_signature_is_refused(bit: int) -> None:
    good = sign_code(CARD, KEY)
    bits = int.from_bytes(good.signature) ^ 1 << bit
    with pytest.raises(ForgedCodeError) as caught:
        verify_signed(SignedCardCode(CARD, bits.to_bytes(64)), PUBLIC)
    assert caught.value.path == "signature"
    assert isinstance(caught.value, PassError)


def test_signatures_of_other_cards_and_keys_are_refused() -> None:
    other = new_card_code(bytes)
    with pytest.raises(ForgedCodeError):
        verify_signed(SignedCardCode(other, sign_code(CARD, KEY).signature), PUBLIC)
    with pytest.raises(ForgedCodeError):
        verify_signed(sign_code(CARD, KEY), Ed25519PrivateKey.generate().public_key())


def test_a_signature_without_the_context_is_refused() -> None:
    signature = KEY.sign(CARD.text.encode())
    with pytest.raises(ForgedCodeError):
        verify_signed(SignedCardCode(CARD, signature), PUBLIC)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_signatures_of_another_length_are_refused(length: int) -> None:
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
def test_malformed_signed_codes_are_not_parsed(text: str) -> None:
    with pytest.raises(BarcodeError):
        parse(text)
