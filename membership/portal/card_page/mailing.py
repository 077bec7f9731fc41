"""Mails the link of a card's page to the customer."""

from uuid import UUID

from api_client.messages.cards import Mailed
from api_client.messages.scan import CustomerState
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.events.mail.outbox import Mail, queue_mail
from membership.members.customers.service import get_customer
from membership.members.customers.views import display_name
from membership.portal.card_page.schemas import CardMail
from membership.store.models import CardWallet
from membership.wallet.cards.new_links import new_link
from membership.wallet.cards.service import get_card
from membership.wallet.designs.service import get_design
from membership.wallet.links import LinkOfCard, install_path, install_url
from membership.wallet.state import wallet_keys
from membership.web.access import Call
from membership.web.errors import Conflict, Invalid
from membership.web.languages import choose_language
from resources.catalogue import catalogue


def mail_card(
    call: Call, card_id: UUID, wanted: CardMail, vault: Vault, public_url: str | None
) -> Mailed:
    """Queue the mail with a card's link, in the customer's language; return the recipient.

    With ``wanted.new_link`` it is a new one, and those of before end. Raises NotFound; Conflict
    for a revoked card, one without a design, of a banned customer, or without a public URL;
    Invalid without an email address.
    """
    card = get_card(call.session, call.tenant, card_id)
    customer = get_customer(call.session, call.tenant, card.customer_id)
    wallet = call.session.get(CardWallet, (call.tenant.id, card.id))
    if card.revoked_at is not None:
        raise Conflict("card_revoked", "A revoked card can no longer be added to a phone.")
    if wallet is None:
        raise Conflict("card_without_design", "This card is printed only: no phone can hold it.")
    if customer.state is CustomerState.BANNED:
        raise Conflict("customer_banned", "The card of a banned customer is not handed out.")
    keys = wallet_keys(call.session, vault, call.tenant.id)
    if public_url is None or keys is None:
        detail = "The service has no public address, so there is no link to send."
        raise Conflict("no_public_url", detail)
    email = wanted.email or customer.email
    if email is None:
        raise Invalid("email_missing", "email", "the customer has no address, so one is needed")
    design = get_design(call.session, call.tenant, wallet.design_id)
    number = new_link(call, card_id) if wanted.new_link else wallet.link_number
    path = install_path(call.tenant.slug, design.key, customer.id)
    mail = card_mail(
        email,
        topic=f"card\n{card.id}\n{email}",
        organization=call.tenant.name,
        name=display_name(customer) or "",
        url=install_url(public_url, keys.link_key, path, LinkOfCard(card.id, number)),
        language=choose_language(customer.language or ""),
    )
    queue_mail(call.session, vault, call.tenant.id, mail, now=call.now)
    own = email == customer.email
    record(call.session, call.tenant.id, "card.mailed", card.id, after={"own_address": own})
    return Mailed(customer_id=customer.id, email=email)


def card_mail(
    recipient: str, *, topic: str, organization: str, name: str, url: str, language: str
) -> Mail:
    """Return the mail with the link of a card."""
    gettext = catalogue(language).gettext
    subject = gettext("Your card for {organization}").format(organization=organization)
    text = gettext(
        "Hello {name},\n\n"
        "here is your card for {organization}. Open this address on your phone and add the card\n"
        "to Apple Wallet or Google Wallet:\n\n"
        "{url}\n\n"
        "Whoever has this address can add your card to a phone: please keep it to yourself.\n"
    )
    text = text.format(organization=organization, name=name, url=url)
    return Mail(recipient, subject, text, topic=topic)
