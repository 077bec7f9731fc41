"""The design that every organization starts with: plain, without pictures."""

from passes.design import Design, DesignField, Shows, Slot

STANDARD_KEY = "member"
STANDARD_NAME = "Member card"


def standard_design() -> Design:
    """A card with name, plan, status and end, in English and German."""
    return Design(
        title={"en": "Member card", "de": "Mitgliedskarte"},
        description={"en": "Member card", "de": "Mitgliedskarte"},
        languages=("en", "de"),
        fields=(
            _field("status", Slot.HEADER, Shows.STATUS, "Status", "Status"),
            _field("plan", Slot.PRIMARY, Shows.PLAN, "Membership", "Mitgliedschaft"),
            _field("member", Slot.SECONDARY, Shows.CUSTOMER_NAME, "Member", "Mitglied"),
            _field("valid_until", Slot.SECONDARY, Shows.VALID_UNTIL, "Valid until", "Gültig bis"),
            _field("company", Slot.AUXILIARY, Shows.COMPANY, "Company", "Firma"),
            _field("number", Slot.BACK, Shows.CUSTOMER_NUMBER, "Number", "Nummer"),
            _field("may_use", Slot.BACK, Shows.PERMISSIONS, "Includes", "Enthalten"),
        ),
    )


def _field(key: str, slot: Slot, shows: Shows, english: str, german: str) -> DesignField:
    """A field with its label in both languages."""
    return DesignField(key=key, slot=slot, shows=shows, label={"en": english, "de": german})
