"""The text of the code on a card, in the form of its design."""

from passes.card import static_form
from passes.codes.barcode import CardCode, SignedCardCode
from passes.design import CodeForm, Design


def code_text(card_code: str, design: Design, signature: bytes) -> str:
    """The text of a card's static code, signed if the design says so.

    ``signature`` is that of the card (``CardWallet.code_signature``).
    """
    if static_form(design) is CodeForm.SIGNED:
        return SignedCardCode(CardCode(card_code), signature).text
    return card_code
