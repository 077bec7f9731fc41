"""Open connections are limited for each address and over all, and desks go on meanwhile."""

import contextlib
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from uuid import uuid4

import pytest
import requests
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from api_client.client import MembershipClient
from api_client.messages.scan import Outcome, ScanRequest
from membership.base.settings import ServiceSettings
from membership.web.connections import Connections, Use
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import TIMEOUT, Service, running_service


@dataclass(eq=False)
class Held:
    """A connection that a test decides about."""

    use: Use = Use.NEVER_SENT
    dropped: bool = field(default=False, init=False)

    def drop(self) -> None:
        """Note that it was closed."""
        self.dropped = True


def held(table: Connections, count: int, address: str, use: Use = Use.NEVER_SENT) -> list[Held]:
    """So many connections of an address, taken."""
    made = [Held(use) for _ in range(count)]
    assert all(table.add(each, address) for each in made)
    return made


def test_the_oldest_that_never_sent_anything_makes_room() -> None:
    table = Connections(100, 4)
    desk = held(table, 1, "10.0.0.1", Use.IDLE)
    first = held(table, 3, "10.0.0.1")
    later = held(table, 3, "10.0.0.1")
    assert [each.dropped for each in (*desk, *first, *later)] == [False, *[True] * 3, *[False] * 3]
    assert len(table) == 4


def test_the_one_that_was_asked_last_stays_longest() -> None:
    table = Connections(100, 2)
    one, two = held(table, 2, "10.0.0.1", Use.IDLE)
    table.touch(one)
    held(table, 1, "10.0.0.1", Use.IDLE)
    assert (one.dropped, two.dropped) == (False, True)


def test_what_is_being_answered_is_never_closed() -> None:
    table = Connections(100, 2)
    busy = held(table, 2, "10.0.0.1", Use.ANSWERING)
    assert not table.add(Held(), "10.0.0.1")
    assert table.add(Held(), "10.0.0.2")
    assert not any(each.dropped for each in busy)


def test_over_all_the_address_with_the_most_makes_room() -> None:
    table = Connections(6, 100)
    desk = held(table, 1, "10.0.0.1")
    many = held(table, 5, "10.0.0.2")
    held(table, 4, "10.0.0.3")
    assert not desk[0].dropped
    assert sum(each.dropped for each in many) >= 3
    assert len(table) == 6


def test_a_block_of_ipv6_is_one_address_and_a_trusted_proxy_none() -> None:
    table = Connections(100, 2, (ip_network("10.0.0.0/8"),))
    made = Held()
    assert table.add(made, "2001:db8::1")
    assert table.add(Held(), "2001:db8::2")
    assert table.add(Held(), "2001:db8::3")
    assert made.dropped
    assert not any(each.dropped for each in held(table, 50, "10.1.2.3"))


def test_what_ended_is_counted_no_more() -> None:
    table = Connections(100, 4)
    made = held(table, 4, "10.0.0.1")
    for each in made:
        table.remove(each)
        table.remove(each)
    assert len(table) == 0
    assert not any(each.dropped for each in held(table, 4, "10.0.0.1"))


def test_there_are_never_more_than_files() -> None:
    many = ServiceSettings(max_connections=10**6)
    table = Connections.of(many)
    made = [Held() for _ in range(3000)]
    for number, each in enumerate(made):
        table.add(each, f"10.0.{number // 250}.{number % 250}")
    assert len(table) <= 10**6
    assert len(table) == sum(not each.dropped for each in made)


def test_a_busy_address_keeps_nobody_out() -> None:
    table = Connections(20, 10)
    busy = held(table, 3, "10.0.0.1", Use.ANSWERING)
    strangers = [each for number in range(17) for each in held(table, 1, f"10.0.1.{number}")]
    held(table, 1, "10.0.0.2")
    assert [each.dropped for each in (*busy, *strangers)] == [False] * 3 + [True] + [False] * 16


def test_idle_desks_at_one_address_outlast_strangers_that_sent_nothing() -> None:
    table = Connections(20, 10)
    desks = held(table, 3, "10.0.0.1", Use.IDLE)
    strangers = [each for number in range(19) for each in held(table, 1, f"10.0.1.{number}")]
    assert not any(each.dropped for each in desks)
    assert sum(each.dropped for each in strangers) == 2


_STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(Use), st.integers(0, 9)), min_size=8, max_size=60
)


@seed(49)
@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_who_is_closed_goes_by_use_then_size_then_wait(steps: list[tuple[int, Use, int]]) -> None:
    table = Connections(8, 4)
    waiting: list[tuple[Held, int]] = []  # the longest wait first
    for place, use, other in steps:
        if other < len(waiting):
            asked = waiting.pop(other)
            table.touch(asked[0])
            waiting.append(asked)
        sizes = Counter(there for _, there in waiting)
        among = [each for each in waiting if each[1] == place] if sizes[place] == 4 else waiting
        closed = None
        if sizes[place] == 4 or len(waiting) == 8:
            closed = min(among, key=lambda each: (each[0].use, -sizes[each[1]]))
        new = Held(use)
        refused = closed is not None and closed[0].use is Use.ANSWERING
        assert table.add(new, f"10.0.0.{place}") is not refused
        if not refused:
            if closed is not None:
                waiting.remove(closed)
                assert closed[0].dropped
            waiting.append((new, place))
        assert not any(each.dropped for each, _ in waiting)
        assert len(table) == len(waiting)


@pytest.fixture(scope="module")
def small(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that takes few connections."""
    few = databases.new(
        SQLITE, tmp_path_factory.mktemp("data"), max_connections_per_address=20, max_connections=30
    )
    with running_service(few) as service:
        yield service


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /v1/scans HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["nothing", "head", "body", "answered"],
)
def test_who_holds_many_connections_keeps_no_desk_out(small: Service, sent: bytes) -> None:
    club = small.fresh()
    customer = club.customer()
    desk = MembershipClient(small.url, club.key, deadline_s=TIMEOUT)
    host, port = small.url.removeprefix("http://").split(":")
    with contextlib.ExitStack() as stack:
        stack.callback(desk.close)
        connections = []
        for number in range(120):
            connection = socket.create_connection((host, int(port)), timeout=TIMEOUT)
            connections.append(stack.enter_context(connection))
            with contextlib.suppress(ConnectionError):  # closed to make room
                connection.sendall(sent)
            if number % 40 == 0:
                assert _outcome(desk, customer) is Outcome.NO_MEMBERSHIP
        with requests.Session() as newcomer:
            answer = newcomer.get(small.url + "/healthz", timeout=TIMEOUT)
            assert answer.status_code == 200
        assert _outcome(desk, customer) is Outcome.NO_MEMBERSHIP
        ended = sum(_has_ended(each) for each in connections)
    assert ended >= 120 - 20


def _outcome(desk: MembershipClient, customer: str) -> Outcome:
    """What a desk is answered, whose connection may be the one that makes room just then."""
    return desk.record_scan(ScanRequest(visit_id=uuid4(), text=customer)).outcome


def _has_ended(connection: socket.socket) -> bool:
    """Whether the other side has closed a connection, at the end of what it sent."""
    connection.settimeout(0.01)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True
