"""The face of a card that has no design, for print."""

from membership.members.customers.service import get_customer
from membership.members.customers.views import display_name, number_text
from membership.store.models import Card
from membership.wallet.designs.standard import standard_design
from membership.web.access import Call
from passes.card import CardFace, CardFacts, face_of
from passes.words import FaceStatus


def plain_face(call: Call, card: Card) -> CardFace:
    """Return a face in the standard design with the holder only: paper cannot be updated."""
    customer = get_customer(call.session, call.tenant, card.customer_id)
    facts = CardFacts(
        card_id=card.id,
        code=card.code,
        organization=call.tenant.name,
        customer_name=display_name(customer) or number_text(customer.number),
        customer_number=number_text(customer.number),
        status=FaceStatus.NO_MEMBERSHIP,
    )
    return face_of(standard_design(), facts)
