"""Mails receipts to the customer or company who paid, in their language."""

from uuid import UUID

from sqlalchemy.orm import Session

from api_client.messages.payments import ReceiptMailed
from membership.base.vault import Vault
from membership.billing.desk.service import get_payment
from membership.billing.desk.views import receipt_number
from membership.billing.schemas import ReceiptMail
from membership.events.audit.recorder import record
from membership.events.mail.outbox import Attachment, Mail, queue_mail
from membership.store.models import Company, Customer, Membership, Payment
from membership.web.access import Call
from membership.web.errors import Invalid
from membership.web.languages import choose_language
from resources.catalogue import catalogue


def payer_of(session: Session, payment: Payment) -> Customer | Company:
    """Return who has the membership that was paid for."""
    here = payment.organization_id
    sold = session.get_one(Membership, (here, payment.membership_id))
    if sold.company_id is not None:
        return session.get_one(Company, (here, sold.company_id))
    return session.get_one(Customer, (here, sold.customer_id))


def receipt_language(payer: Customer | Company, accepted: str) -> str:
    """Return the language of a receipt: the customer's if it is one of ours, else ``accepted``."""
    own = payer.language if isinstance(payer, Customer) else None
    return choose_language(own or "", preferred=accepted)


def mail_receipt(
    call: Call, payment_id: UUID, wanted: ReceiptMail, vault: Vault, accepted: str
) -> ReceiptMailed:
    """Queue the mail with the receipt of a payment; return the recipient.

    By default it goes to the customer's address or the company's for bills; ``accepted`` is the
    language of the request. Raises NotFound; Invalid without an address.
    """
    # The library for PDF takes a fifth of a second to load, and no start needs it.
    from membership.billing.desk.receipt import receipt_file  # noqa: PLC0415

    payment = get_payment(call.session, call.tenant, payment_id)
    payer = payer_of(call.session, payment)
    own = payer.email if isinstance(payer, Customer) else payer.billing_email
    email = wanted.email or own
    if email is None:
        raise Invalid("email_missing", "body.email", "there is no address, so one is needed")
    accepted = wanted.fallback_language or accepted
    language = wanted.language or receipt_language(payer, accepted)
    number = receipt_number(payment)
    pdf = receipt_file(payment, call.tenant, language, call.now)
    mail = _mail(
        email,
        topic=f"receipt\n{payment.id}\n{email}",
        organization=payment.seller_name or call.tenant.name,
        name=payment.paid_by,
        language=language,
        receipt=Attachment(f"{number}.pdf", "application/pdf", pdf),
        number=number,
        void=payment.voided_at is not None,
    )
    queue_mail(call.session, vault, call.tenant.id, mail, now=call.now)
    record(
        call.session,
        call.tenant.id,
        "payment.receipt_mailed",
        payment.id,
        after={"own_address": email == own},
    )
    return ReceiptMailed(payment_id=payment.id, email=email)


def _mail(
    recipient: str,
    *,
    topic: str,
    organization: str,
    name: str,
    number: str,
    void: bool,
    language: str,
    receipt: Attachment,
) -> Mail:
    """Return the mail with a receipt."""
    gettext = catalogue(language).gettext
    subject = gettext("Receipt {number} of {organization}")
    text = gettext(
        "Hello {name},\n\nattached is the receipt {number} of {organization} for your payment.\n"
    )
    if void:
        text = gettext(
            "Hello {name},\n\n"
            "the payment with the receipt {number} of {organization} was voided. Attached is the\n"
            "receipt that says so.\n"
        )
    values = {"name": name, "number": number, "organization": organization}
    return Mail(
        recipient,
        subject.format(**values),
        text.format(**values),
        topic=topic,
        attachments=(receipt,),
    )
