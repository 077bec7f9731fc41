"""Messages about payments, shared by the service and the desk."""

from enum import StrEnum


class PaymentMethod(StrEnum):
    """How the desk was paid."""

    CASH = "cash"
    CARD_TERMINAL = "card_terminal"
    TRANSFER = "transfer"
