"""Visitors who log in, as the tests need them."""

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import requests

from tests.membership.accounts.staff.people import anonymous, mails
from tests.membership.support import TIMEOUT, Service

EMAIL = "amara@example.com"
NEW = {"given_name": "Noa", "family_name": "Lind", "consent": True}


def send(service: Service, path: str, body: Any, **options: Any) -> requests.Response:
    """A visitor's request, from an address of its own unless told otherwise."""
    return anonymous(service, "POST", f"/v1/join/{service.tenant.slug}{path}", body, **options)


def ask(service: Service, email: str = EMAIL, **options: Any) -> requests.Response:
    """Ask for a code, a second after whatever was before."""
    service.clock.advance(seconds=1)
    return send(service, "/codes", {"email": email, **options.pop("body", {})}, **options)


def code_for(service: Service, email: str = EMAIL) -> str:
    """The code in the latest mail to an address."""
    text = [text for recipient, text in mails(service) if recipient == email][-1]
    (code,) = re.findall(r"^\d{6}$", text, re.MULTILINE)
    return str(code)


def asked(service: Service, email: str = EMAIL) -> str:
    """Ask for a code; returns it."""
    answer = ask(service, email)
    assert answer.status_code == 202, answer.text
    return code_for(service, email)


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def verify(service: Service, code: str, email: str = EMAIL, **options: Any) -> requests.Response:
    """The answer to a code."""
    return send(service, "/codes/verify", {"email": email, "code": code}, **options)


def ticket(service: Service, email: str = EMAIL) -> Any:
    """Prove an address; returns the answer with ``ticket`` and ``customers``."""
    answer = verify(service, asked(service, email), email)
    assert answer.status_code == 200, answer.text
    return answer.json()


def login(service: Service, customer_id: str, email: str = EMAIL) -> Any:
    """Open a session of a customer; returns its tokens."""
    body = {"ticket": ticket(service, email)["ticket"], "customer_id": customer_id}
    answer = send(service, "/sessions", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refresh(service: Service, token: str) -> requests.Response:
    """The answer to a refresh token."""
    return send(service, "/sessions/refresh", {"refresh_token": token})


def me(service: Service, token: str) -> requests.Response:
    """The answer to a customer who asks for themself."""
    url = f"{service.url}/v1/join/{service.tenant.slug}/me"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT)


def fault(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def at_once(*requests_: Callable[[], requests.Response]) -> Sequence[requests.Response]:
    """The answers to requests that are sent together."""
    start, answers = threading.Barrier(len(requests_)), []

    def run(request: Callable[[], requests.Response]) -> None:
        start.wait()
        answers.append(request())

    threads = [threading.Thread(target=run, args=(each,)) for each in requests_]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def erase(service: Service, customer_id: str) -> None:
    """Erase a customer."""
    number = service.get(f"/v1/customers/{customer_id}")["customer"]["number"]
    service.post(f"/v1/customers/{customer_id}/erase", {"confirm": number}, status=200)
