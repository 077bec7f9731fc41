"""A receipt is mailed by one call, in the member's language, and arrives at a real mail server."""

from email.message import EmailMessage
from typing import Any

import pytest

from membership.base.vault import open_vault
from membership.events.mail.delivery import send_due_mail
from membership.events.mail.outbox import Attachment, Mail, packed, unpacked
from membership.store.background import Work
from tests.membership.accounts.staff.people import actions
from tests.membership.billing.desk.test_payments import GOLD, pay
from tests.membership.events.mail.mailserver import Inbox, mail_server
from tests.membership.events.mail.test_mail import smtp
from tests.membership.support import Service

EMAIL = "amara@example.com"


def paid_by(service: Service, **customer: Any) -> Any:
    """A payment of a new customer."""
    who = service.customer(**{"email": EMAIL, "family_name": "Okafor", **customer})
    return pay(service, service.member(service.plan("Gold", **GOLD), customer_id=who))


def mail(service: Service, payment: Any, *, status: int = 202, **body: Any) -> Any:
    """Mail the receipt of a payment."""
    return service.post(f"/v1/payments/{payment['id']}/receipt/mail", body, status=status)


def sent(service: Service) -> list[EmailMessage]:
    """Send all mail that is due to a mail server; returns what it got."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        where = smtp(port)
        settings = service.settings.model_copy(update=where)
        work = Work(settings, service.database, open_vault(settings), service.clock)
        while send_due_mail(work):
            pass
    return inbox.mails


def file_of(message: EmailMessage) -> tuple[str, str, bytes]:
    """Name, type and content of the one file in a mail."""
    (attached,) = message.iter_attachments()
    return attached.get_filename() or "", attached.get_content_type(), attached.get_content()


def text_of(message: EmailMessage) -> str:
    """The words of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "Receipt R-000001 of", "attached is the receipt R-000001"),
        ("de", "Quittung R-000001 von", "im Anhang finden Sie die Quittung R-000001"),
    ],
    ids=["en", "de"],
)
def test_it_arrives_in_the_members_language(
    service: Service, language: str, subject: str, words: str
) -> None:
    payment = paid_by(service, language=language)
    assert mail(service, payment) == {"payment_id": payment["id"], "email": EMAIL}
    (message,) = sent(service)
    assert (message["To"], message["Subject"].startswith(subject)) == (EMAIL, True)
    assert words in text_of(message)
    assert "Okafor" in text_of(message)
    name, kind, data = file_of(message)
    assert (name, kind, data[:5]) == ("R-000001.pdf", "application/pdf", b"%PDF-")
    assert f"/Lang ({language})".encode() in data
    assert "payment.receipt_mailed" in actions(service)
    assert sent(service) == []


def test_another_address_and_another_language(service: Service) -> None:
    payment = paid_by(service, email=None, language="de")
    refused = mail(service, payment, status=422)
    assert refused["code"] == "email_missing"
    assert mail(service, payment, email="Office@Example.COM", language="en")["email"] == (
        "Office@example.com"
    )
    (message,) = sent(service)
    assert (message["To"], message["Subject"][:16]) == ("Office@example.com", "Receipt R-000001")


def test_a_company_gets_it_at_its_address_for_bills(service: Service) -> None:
    company = service.post(
        "/v1/companies", {"name": "Northwind", "billing_email": "bills@northwind.example"}
    )["id"]
    plan = service.plan("Company sport", **GOLD)
    payment = pay(service, service.member(plan, company_id=company))
    answer = service.call(
        "POST",
        f"/v1/payments/{payment['id']}/receipt/mail",
        json={},
        headers={"Accept-Language": "de"},
    )
    assert answer.json()["email"] == "bills@northwind.example"
    (message,) = sent(service)
    assert message["Subject"].startswith("Quittung")
    assert "Northwind" in text_of(message)
    mail(service, payment, fallback_language="de")
    (message,) = sent(service)
    assert message["Subject"].startswith("Quittung")


def test_a_void_receipt_says_so_and_a_repeat_mails_nothing_twice(service: Service) -> None:
    payment = paid_by(service, language="en")
    path = f"/v1/payments/{payment['id']}/receipt/mail"
    for _ in range(2):
        once = {"Idempotency-Key": "mail-1"}
        assert service.call("POST", path, json={}, headers=once).status_code == 202
    # One that was not sent yet is replaced by the newer one.
    service.post(f"/v1/payments/{payment['id']}/void", {"why": "Typed twice"}, status=200)
    mail(service, payment)
    (message,) = sent(service)
    assert "was voided" in text_of(message)


def test_others_cannot_mail_it(service: Service) -> None:
    payment = paid_by(service)
    path = f"/v1/payments/{payment['id']}/receipt/mail"
    assert service.fresh().call("POST", path, json={}).status_code == 404
    assert mail(service, payment, status=422, email="nobody")["code"] == "invalid_request"


@pytest.mark.parametrize(
    "files",
    [(), (Attachment("a.pdf", "application/pdf", b"\0\xff%PDF"),)],
    ids=["no file", "a file"],
)
@pytest.mark.parametrize("text", ["", "Hello\n", "{}", "ä\n日本"])
def test_what_is_stored_of_a_mail_is_read_again(text: str, files: tuple[Attachment, ...]) -> None:
    stored = Mail("a@example.com", "Subject", text, attachments=files)
    assert unpacked("a@example.com", "Subject", packed(stored)) == stored
    assert unpacked("a@example.com", "Subject", text.encode()).text == text  # as before files
