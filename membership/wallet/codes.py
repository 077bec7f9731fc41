"""What the code on a card says, by the form that its design asks for."""

from passes.card import static_form
from passes.codes.barcode import CardCode, SignedCardCode
from passes.design import CodeForm, Design


def code_text(card_code: str, design: Design, signature: bytes) -> str:
    """The text of a card's code that does not change by itself.

    ``signature`` is the one that was made when the card was issued (``code_signature``).
    """
    if static_form(design) is CodeForm.SIGNED:
        return SignedCardCode(CardCode(card_code), signature).text
    return card_code
