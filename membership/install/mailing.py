"""Mails a card's install link."""

from uuid import UUID

from api_client.card_schemas import Mailed
from membership.access import Call
from membership.audit.recorder import record
from membership.cards.service import get_card
from membership.customers.service import get_customer
from membership.customers.views import display_name
from membership.designs.service import get_design
from membership.errors import Conflict, Invalid
from membership.install.phones import language_of
from membership.install.schemas import CardMail
from membership.install.words import MAIL
from membership.mail.outbox import Mail, queue_mail
from membership.models import CardWallet
from membership.vault import Vault
from membership.wallet.links import install_path, install_url
from membership.wallet.state import wallet_keys


def mail_card(
    call: Call, card_id: UUID, wanted: CardMail, vault: Vault, public_url: str | None
) -> Mailed:
    """Queue the mail with a card's link, in the customer's language.

    Raises NotFound; Conflict for a card that no phone can fetch; Invalid without an address.
    """
    card = get_card(call.session, call.tenant, card_id)
    customer = get_customer(call.session, call.tenant, card.customer_id)
    wallet = call.session.get(CardWallet, (call.tenant.id, card.id))
    if card.revoked_at is not None:
        raise Conflict("card_revoked", "A revoked card can no longer be added to a phone.")
    if wallet is None:
        raise Conflict("card_without_design", "This card is printed only: no phone can hold it.")
    keys = wallet_keys(call.session, vault, call.tenant.id)
    if public_url is None or keys is None:
        detail = "The service has no public address, so there is no link to send."
        raise Conflict("no_public_url", detail)
    email = wanted.email or customer.email
    if email is None:
        raise Invalid("email_missing", "email", "the customer has no address, so one is needed")
    design = get_design(call.session, call.tenant, wallet.design_id)
    path = install_path(call.tenant.slug, design.key, customer.id)
    subject, text = MAIL[language_of(customer.language or "", "", None)]
    words = {
        "organization": call.tenant.name,
        "name": display_name(customer) or "",
        "url": install_url(public_url, keys.link_key, path),
    }
    mail = Mail(email, subject.format(**words), text.format(**words))
    queue_mail(call.session, vault, call.tenant.id, mail, now=call.now)
    own = email == customer.email
    record(call.session, call.tenant.id, "card.mailed", card.id, after={"own_address": own})
    return Mailed(email=email)
