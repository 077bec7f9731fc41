"""Which mail domains are public, and that the setting counts at every door that links by one."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from membership.base.settings import ServiceSettings
from membership.members.companies.mail_domains import is_public
from membership.members.companies.mail_providers import BRANDS, MORE
from membership.store.models import CompanyDomain
from tests.membership.conftest import Databases
from tests.membership.data.imports.test_imports import imported
from tests.membership.support import Service, arranging, running_service

PUBLIC = {
    "German providers": (
        "gmx.eu aol.de ewetel.net netcologne.de kabelbw.de mnet-online.de m-online.net htp-tel.de "
        "swb-mail.de osnanet.de wtnet.de versatel.de tele2.de unitybox.de vodafonemail.de o2.de "
        "alice-dsl.net hansenet.de kielnet.net saarnet.de t-online.de t-online.com web.de-mail.de "
        "freenetmail.de netaachen.de tiscali.de lycos.de vr-web.de"
    ),
    "Austria and Switzerland": (
        "aon.at a1.net chello.at kabsi.at liwest.at vol.at inode.at tirol.com drei.at magenta.at "
        "bluewin.ch bluemail.ch hispeed.ch sunrise.ch quickline.ch gmx.ch yahoo.at green.ch ik.me"
    ),
    "Latin": (
        "sfr.fr orange.fr free.fr wanadoo.fr neuf.fr bbox.fr numericable.fr laposte.net mailo.com "
        "libero.it virgilio.it tin.it tim.it fastwebnet.it pec.it tiscali.it ono.com "
        "movistar.es jazztel.es euskaltel.net sapo.pt netcabo.pt meo.pt"
    ),
    "East and north": (
        "wp.pl onet.pl interia.pl interia.eu o2.pl tlen.pl neostrada.pl vectranet.pl seznam.cz "
        "centrum.cz volny.cz azet.sk freemail.hu abv.bg siol.net telia.com online.no inbox.lv "
        "ukr.net yandex.by ziggo.nl kpnmail.nl planet.nl zeelandnet.nl skynet.be proximus.be"
    ),
    "English": (
        "btinternet.com sky.com virginmedia.com talktalk.net blueyonder.co.uk ntlworld.com "
        "zen.co.uk demon.co.uk plus.com eircom.net comcast.net verizon.net att.net cox.net "
        "aol.co.uk earthlink.net centurylink.net optonline.net shaw.ca bigpond.com xtra.co.nz"
    ),
    "private and aliases": (
        "riseup.net startmail.com anonaddy.com anonaddy.me addy.io proton.me tuta.com hey.com "
        "disroot.org systemli.org cock.li runbox.com kolabnow.com hushmail.com passmail.net "
        "simplelogin.com aleeas.com duck.com mozmail.com privaterelay.appleid.com 33mail.com"
    ),
    "throw-away": (
        "trash-mail.com trashmail.de mailinator.com guerrillamail.com yopmail.com byom.de "
        "10minutemail.com temp-mail.org wegwerfmail.de einrot.com spambog.com maildrop.cc "
        "sharklasers.com getnada.com 1secmail.com discard.email mailsac.com dispostable.com"
    ),
    "brands elsewhere": "yahoo.co.jp yahoo.com.vn hotmail.co.uk outlook.co.th gmx.li gmx.tm",
    "below one": (
        "mail.gmail.com kunde.t-online.de dsl.pipex.com zg.t-com.hr smith.freeserve.co.uk "
        "a.b.c.web.de nord.ewetel.net x.mailinator.com"
    ),
    "other spellings": "GMAIL.com ＧＭＡＩＬ.com gmail.com. Web.DE",
}

PRIVATE = (
    "northwind.example siemens.com sap.com bosch.de bmw.de telekom.de vodafone.com orange.com "
    "google.com microsoft.com apple.com amazon.de contoso.onmicrosoft.com uni-muenchen.de tum.de "
    "ethz.ch stadt-koeln.de senfin.berlin.de acme.za.com acme.co.uk acme.com.au mygmail.com "
    "gmx-consulting.de web.de.example notweb.de yahoo-fans.de hotmailer.com outlook-bikes.de "
    "mail.northwind.example xn--bcher-kva.example posteo-shop.de riseup.de tuta-cafe.at "
    "freiburg.de bahn.de post.ch sbb.ch oebb.at laposte.example"
)


@pytest.mark.parametrize("kind", PUBLIC)
def test_anybody_can_have_an_address_there(kind: str) -> None:
    assert [each for each in PUBLIC[kind].split() if not is_public(each)] == []


def test_domains_of_companies_are_not_public() -> None:
    assert [each for each in PRIVATE.split() if is_public(each)] == []


def test_the_list_is_in_one_spelling_and_has_nothing_twice() -> None:
    names = MORE.split()
    assert len(names) == len(set(names)) > 900
    for name in (*names, *(f"{brand}.de" for brand in BRANDS.split())):
        assert is_public(name), name
        assert name == name.lower().strip(".")


@pytest.mark.parametrize(
    ("setting", "public", "private"),
    [
        ("provider.example", "provider.example a.provider.example", "myprovider.example"),
        ("-gmail.com", "gmx.de", "gmail.com a.gmail.com"),
        ("-acme.web.de", "web.de other.web.de", "acme.web.de x.acme.web.de"),
        ("-gmx.eu", "gmx.de", "gmx.eu"),
        ("-web.de, mail.web.de", "mail.web.de x.mail.web.de", "web.de a.web.de"),
        ("bücher.example", "xn--bcher-kva.example a.bücher.example", "buecher.example"),
    ],
    ids=["further", "none", "none below", "no brand", "nearest", "spelled"],
)
def test_the_nearest_domain_of_the_setting_decides(setting: str, public: str, private: str) -> None:
    further = ServiceSettings(public_mail_domains=setting).public_mail_domains
    assert [each for each in public.split() if not is_public(each, further)] == []
    assert [each for each in private.split() if is_public(each, further)] == []


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service whose setting names a provider, and takes one off the list."""
    settings = databases.new(
        backend,
        tmp_path_factory.mktemp("data"),
        public_mail_domains="provider.example, -gmx.de",
    )
    with running_service(settings) as service:
        yield service


def owner_of(service: Service, domain: str) -> str:
    """A company that has a domain from before the setting named it."""
    company = service.company(f"Of {domain}")
    with arranging(service.database) as session:
        row = {"organization_id": service.tenant.id, "company_id": UUID(company)}
        session.execute(insert(CompanyDomain).values(domain=domain, **row))
    return company


def created(service: Service, _company: str, email: str) -> None:
    """A customer with the address is created."""
    service.customer("Ada", email=email)


def changed(service: Service, _company: str, email: str) -> None:
    """A customer gets the address."""
    service.patch(f"/v1/customers/{service.customer('Bo')}", email=email)


def imported_new(service: Service, _company: str, email: str) -> None:
    """An import brings a customer with the address."""
    _, report = imported(service, f"given_name,email\nCleo,{email}\n")
    assert [each["outcome"] for each in report] == ["created"]


def imported_change(service: Service, _company: str, email: str) -> None:
    """An import gives a customer the address."""
    customer = service.customer("Dan", email="dan@elsewhere.example")
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    update = {"action": "update", "match": ["number"]}
    line = f"number,given_name,email\n{number},Dan,{email}\n"
    _, report = imported(service, line, duplicates=update)
    assert [each["outcome"] for each in report] == ["updated"]


def taken_back(service: Service, company: str, email: str) -> None:
    """A customer comes while the company is archived, and it is taken back."""
    service.patch(f"/v1/companies/{company}", archived=True)
    service.customer("Eve", email=email)
    service.patch(f"/v1/companies/{company}", archived=False)


DOORS = [created, changed, imported_new, imported_change, taken_back]


@pytest.mark.parametrize("door", DOORS, ids=[each.__name__ for each in DOORS])
def test_the_setting_counts_at_every_door(
    service: Service, door: Callable[[Service, str, str], None]
) -> None:
    for domain, linked in {
        "provider.example": 0,
        "sub.provider.example": 0,
        "gmail.com": 0,
        "gmx.de": 1,
        "acme.example": 1,
    }.items():
        fresh = service.fresh()
        company = owner_of(fresh, domain)
        door(fresh, company, f"someone@{domain}")
        people: Any = fresh.get(f"/v1/companies/{company}")
        assert people["customers"] == linked, (door.__name__, domain)


def test_the_setting_counts_when_a_company_is_given_a_domain(service: Service) -> None:
    service.customer("Ada", email="ada@gmx.de")
    company = service.company("Gmx fans", email_domains=["gmx.de"])
    assert service.get(f"/v1/companies/{company}")["customers"] == 1
    for domain in ("provider.example", "x.provider.example"):
        body = {"name": "N", "email_domains": [domain]}
        refused = service.call("POST", "/v1/companies", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "email_domain_public")
        shown = service.get(f"/v1/companies/email-domains/{domain}")
        assert shown["public"] is True
    content = "name,email_domains\nA,provider.example\nB,gmx.at\nC,c.example\n"
    _, report = imported(service, content, "companies")
    assert [each["outcome"] for each in report] == ["refused", "refused", "created"]
