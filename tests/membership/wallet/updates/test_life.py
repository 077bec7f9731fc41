"""Whatever happens, in whatever order: once the jobs are done, every card says what is true."""

from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from membership.jobs import JOBS
from membership.store.lazy_job import LazyRun
from membership.wallet.updates.event_consumer import EVENT_CONSUMER_JOB
from membership.wallet.updates.refresh import REFRESH_JOB
from membership.wallet.updates.rollouts import ROLLOUT_JOB
from tests.membership.support import Service
from tests.membership.wallet.factories import WalletCard, new_design, wallet_card
from tests.membership.wallet.updates.life import behind, marked, redesign, settle, wallets

PEOPLE = 3

_people = st.integers(0, PEOPLE - 1)
_TO_ONE = ("rename", "sell", "revoke", "issue", "link", "unlink", "ban")
_one = st.tuples(st.sampled_from(_TO_ONE), _people)
_all = st.tuples(
    st.sampled_from(("end", "redesign", "company", "seats", "call", "settle")), st.integers(0, 2)
)
_time = st.tuples(st.just("wait"), st.integers(1, 45))
_happenings = st.lists(_one | _all | _time, min_size=1, max_size=10)


@dataclass
class Life:
    """A club in which things happen, and what was seen of its cards' numbers."""

    service: Service
    company: str
    plan: str
    design: UUID
    people: list[str]
    cards: list[WalletCard] = field(default_factory=list)
    sold: list[str] = field(default_factory=list)
    seen: dict[UUID, int] = field(default_factory=dict)
    count: int = 0

    def happen(self, what: str, which: int) -> None:
        """Let one thing happen. Some are refused, as when somebody ends what has ended."""
        self.count += 1
        if what in _TO_ONE:
            self._to_one(what, self.people[which])
        else:
            self._to_all(what, which)

    def _to_one(self, what: str, person: str) -> None:
        """Let something happen to one of the people."""
        service = self.service
        match what:
            case "rename":
                service.patch(f"/v1/customers/{person}", given_name=f"Name{self.count}")
            case "ban":
                state = ("active", "banned")[self.count % 2]
                service.patch(f"/v1/customers/{person}", state=state)
            case "sell":
                self.sold.append(service.member(self.plan, customer_id=person))
            case "issue":
                self.cards.append(wallet_card(service, person, self.design))
            case "revoke":
                card = next(each for each in self.cards if str(each.customer_id) == person)
                service.call("POST", f"/v1/cards/{card.card_id}/revoke")
            case "link":
                service.link(self.company, person)
            case "unlink":
                service.call("DELETE", f"/v1/companies/{self.company}/customers/{person}")

    def _to_all(self, what: str, which: int) -> None:
        """Let something happen to whoever it concerns."""
        service = self.service
        match what:
            case "end" if self.sold:
                service.call("POST", f"/v1/memberships/{self.sold.pop()}/end", json={})
            case "company":
                service.member(self.plan, company_id=self.company)
            case "seats":
                service.patch(f"/v1/companies/{self.company}", seat_cap=which or None)
            case "call":
                service.patch("/v1/organization", name=f"Club {self.count}")
            case "redesign":
                redesign(service, self.design, f"#0000{self.count % 256:02x}")
            case "wait":
                service.clock.advance(days=which, seconds=which)
            case "settle":
                self.rest()

    def rest(self) -> None:
        """Let the jobs run until nothing is left, and look at all cards."""
        settle(self.service)
        assert behind(self.service) == []
        assert marked(self.service) == set()
        rows = wallets(self.service)
        numbers = [row.update_seq for row in rows]
        assert len(set(numbers)) == len(numbers), "no two cards have the same number"
        known = max(self.seen.values(), default=0)
        for row in rows:
            before = self.seen.get(row.card_id, 0)
            assert row.update_seq == before or row.update_seq > known
        self.seen = {row.card_id: row.update_seq for row in rows}


def begun(service: Service) -> Life:
    """A club with a few people, who all have a card."""
    life = Life(
        service,
        service.company("Northwind", seat_cap=1),
        service.plan("Month", length={"count": 1, "unit": "month"}),
        new_design(service),
        [service.customer(f"Person{number}") for number in range(PEOPLE)],
    )
    for person in range(PEOPLE):
        life.happen("issue", person)
    return life


def test_the_service_does_all_of_it() -> None:
    jobs = {each.name: each for each in JOBS}
    for job in (EVENT_CONSUMER_JOB, REFRESH_JOB, ROLLOUT_JOB):
        there = jobs[job.name]
        run = there.run.load() if isinstance(there.run, LazyRun) else there.run
        assert (run, there.pause_seconds) == (job.run, job.pause_seconds)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_happenings)
def test_every_card_says_what_is_true(
    module_service: Service, happenings: list[tuple[str, int]]
) -> None:
    life = begun(module_service.fresh())
    for what, which in happenings:
        life.happen(what, which)
    life.rest()
