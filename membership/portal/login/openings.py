"""Sessions that are opened with a ticket, for a customer of its address or somebody new."""

from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer, no_such_customer
from membership.portal.login.candidates import customers_with_email
from membership.portal.login.codes import ticket_wrong, use_ticket
from membership.portal.login.digests import code_key
from membership.portal.login.repeats import is_repeat, tokens_after
from membership.portal.login.schemas import NewPerson, SessionRequest, SessionTokens
from membership.portal.login.sessions import customer_actor, open_session, session_again
from membership.portal.open_signup import find_login, signup_closed
from membership.store.models import Customer, SignupSettings
from membership.web.access import Tenant
from membership.web.errors import Invalid
from membership.web.transactions import RequestTransactions, act_as


async def open_with_ticket(
    transactions: RequestTransactions, organization: str, wanted: SessionRequest
) -> SessionTokens:
    """Open a session of an existing customer or a new one.

    Raises Unauthorized for an invalid ticket; NotFound for a customer with another address;
    Conflict for a new one while the signup is closed; Invalid without consent. The ticket stays
    valid after an error, and a repeat of the request gets the same session.
    """
    opening = partial(_open_with_ticket, transactions.vault, organization, wanted)
    return await transactions.write(opening)


def _open_with_ticket(
    vault: Vault, organization: str, wanted: SessionRequest, session: Session, now: datetime
) -> SessionTokens:
    """Use the ticket and open the session, in one transaction."""
    tenant, settings = find_login(session, organization)
    ticket = wanted.ticket.get_secret_value()
    tokens = tokens_after(code_key(session, vault, tenant.id, now), ticket)
    proved = use_ticket(session, tenant, ticket, now)
    if proved is None:
        again = session_again(session, tenant.id, tokens, now)
        if again is None or not _is_who(session, again, tenant, wanted, now):
            raise ticket_wrong()
        return again
    if wanted.new is not None and not settings.open:
        raise signup_closed()
    if wanted.new is not None:
        customer = _register(session, tenant, proved, wanted.new, now)
    else:
        customer = _chosen(session, tenant, proved, wanted.customer_id)
    return open_session(session, customer, now, tokens)


def _is_who(
    session: Session, again: SessionTokens, tenant: Tenant, wanted: SessionRequest, now: datetime
) -> bool:
    """Whether a repeated request is for the customer whose session was opened."""
    if wanted.new is None:
        return wanted.customer_id == again.customer.id
    customer = session.get_one(Customer, (tenant.id, again.customer.id))
    return (customer.given_name, customer.family_name) == (
        wanted.new.given_name,
        wanted.new.family_name,
    ) and is_repeat(customer.created_at, now)


def _chosen(session: Session, tenant: Tenant, proved: str, customer_id: UUID | None) -> Customer:
    """Return the chosen one of the customers with an address. Raises NotFound."""
    for each in customers_with_email(session, tenant, proved):
        if each.id == customer_id:
            return each
    raise no_such_customer()


def _register(
    session: Session, tenant: Tenant, proved: str, new: NewPerson, now: datetime
) -> Customer:
    """Create a customer, and record the consent. Raises Invalid without it."""
    if not new.consent:
        detail = "Consent to the terms and the privacy notice is needed."
        raise Invalid("consent_missing", "body.new.consent", detail)
    customer_id = uuid4()
    # The id is known before the number.
    act_as(session, Actor(ActorKind.CUSTOMER, "new customer", customer_id))
    customer = create_customer(
        session,
        tenant,
        NewCustomer(
            given_name=new.given_name,
            family_name=new.family_name,
            email=proved,
            language=new.language,
        ),
        now,
        customer_id=customer_id,
    )
    act_as(session, customer_actor(customer.id, customer.number))
    shown = session.get_one(SignupSettings, tenant.id)
    after = {"terms_url": shown.terms_url, "privacy_url": shown.privacy_url}
    record(session, tenant.id, "customer.consented", customer.id, after=after)
    return customer
