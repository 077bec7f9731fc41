"""Codes of cards, under the import path that ``docs/passes.md`` documents."""

from passes.codes.barcode import (
    MAX_LENGTH,
    BarcodeError,
    BarcodeFault,
    CardAlias,
    CardCode,
    CustomerNumber,
    CustomerUuid,
    InstallLink,
    ParsedCode,
    RotatingCode,
    SignedCardCode,
    new_card_alias,
    new_card_code,
    parse,
)

__all__ = [
    "MAX_LENGTH",
    "BarcodeError",
    "BarcodeFault",
    "CardAlias",
    "CardCode",
    "CustomerNumber",
    "CustomerUuid",
    "InstallLink",
    "ParsedCode",
    "RotatingCode",
    "SignedCardCode",
    "new_card_alias",
    "new_card_code",
    "parse",
]
