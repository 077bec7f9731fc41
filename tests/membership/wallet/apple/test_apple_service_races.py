"""No change is missed by a device that asks while cards change, and nobody registers twice."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

from tests.membership.support import Service, arranging
from tests.membership.wallet.apple.phones import (
    Phone,
    change_face,
    change_face_in,
    new_card,
    phone_with,
    registrations,
    renew,
)
from tests.membership.wallet.factories import WalletCard, new_design, wallet_card, wallet_of

CARDS, WRITERS, CHANGES = 4, 2, 8


class Asking:
    """A device that asks again and again, and remembers the last version it received of each."""

    def __init__(self, phones: list[Phone]) -> None:
        self.tag: str | None = None
        self.seen: dict[str, int] = {}
        self.tags: list[int] = []
        self._phones = {str(phone.card.card_id): phone for phone in phones}

    def ask(self) -> None:
        """Ask once; fetch what is listed, as a phone does."""
        phone = next(iter(self._phones.values()))
        serials, tag = phone.news(self.tag)
        if tag is not None:
            self.tag = tag
            self.tags.append(int(tag))
        for serial in serials:
            wallet = wallet_of(phone.service, self._phones[serial].card)
            self.seen[serial] = wallet.update_seq


def test_a_device_misses_no_change(service: Service) -> None:
    design = new_design(service)
    cards = [wallet_card(service, service.customer("Amara"), design) for _ in range(CARDS)]
    phones = [phone_with(service, card) for card in cards]
    for phone in phones:
        renew(service, phone.card)
        assert phone.register() == 201
    device, done = Asking(phones), threading.Event()

    def change(writer: int) -> None:
        for number in range(CHANGES):
            # Each writer has cards of its own: else each would wait for the other's change.
            for card in cards[writer::WRITERS]:
                change_face(service, card, f"Name {writer} {number}")

    def keep_asking() -> None:
        while not done.is_set():
            device.ask()

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        asking = pool.submit(keep_asking)
        try:
            for writer in [pool.submit(change, each) for each in range(WRITERS)]:
                writer.result()
        finally:
            done.set()
        asking.result()
    device.ask()
    assert device.seen == newest(service, cards)
    assert device.tags == sorted(set(device.tags)), "a tag does not come twice"
    assert len(device.tags) > 2, "nothing was asked while cards changed"
    device.ask()
    assert phones[0].news(device.tag) == ([], None)


def test_a_change_under_way_is_not_overtaken(service: Service) -> None:
    slow, quick = (phone_with(service, new_card(service)) for _ in range(2))
    slow.register()
    quick.register()
    _, tag = slow.news()
    with ThreadPoolExecutor(1) as pool:
        with arranging(service.database) as session:
            change_face_in(session, service, slow.card, "Slow")
            other = pool.submit(change_face, service, quick.card, "Quick")
            # Were it not held back, it would be committed by now with a higher number.
            wait([other], timeout=0.3)
            serials, between = slow.news(tag)
        other.result()
    told = serials + slow.news(between or tag)[0]
    assert sorted(told) == sorted([str(slow.card.card_id), str(quick.card.card_id)])


def newest(service: Service, cards: list[WalletCard]) -> dict[str, int]:
    """The number of the last change of each card."""
    return {str(card.card_id): wallet_of(service, card).update_seq for card in cards}


def test_the_same_registration_at_once_is_one(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    gate = threading.Barrier(4)

    def register(number: int) -> int:
        gate.wait()
        return phone.register(f"{number:064x}")

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(register, range(4)))
    assert sorted(statuses) == [200, 200, 200, 201]
    assert len(registrations(service)) == 1
    installed = service.get("/v1/events", type="card.installed")["items"]
    assert len(installed) == 1


def test_registering_and_unregistering_at_once_ends_in_either(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    for round_number in range(5):
        gate = threading.Barrier(2)

        def register(token: str = f"{round_number:064x}", gate: threading.Barrier = gate) -> int:
            gate.wait()
            return phone.register(token)

        def unregister(gate: threading.Barrier = gate) -> int:
            gate.wait()
            return phone.unregister()

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(register), pool.submit(unregister)
        assert first.result() in (200, 201)
        assert second.result() == 200
    types = [each["type"] for each in service.get("/v1/events", limit=100)["items"]]
    balance = types.count("card.installed") - types.count("card.removed")
    assert balance == len(registrations(service))
