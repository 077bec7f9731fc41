"""The life of cards in the tests: changes, and the jobs that bring them to the wallets."""

from uuid import UUID

from sqlalchemy import select, update

from membership.accounts.organizations import tenant_of
from membership.store.background import Work
from membership.store.models import AppleRegistration, CardRollout, CardWallet, Organization
from membership.wallet.designs.schemas import DesignChange
from membership.wallet.designs.service import edit_design, get_design, load_version
from membership.wallet.updates.event_consumer import consume_events
from membership.wallet.updates.faces import load_faces
from membership.wallet.updates.refresh import refresh
from membership.wallet.updates.rollouts import roll_out
from passes.design import Design
from tests.membership.support import Service, arranging
from tests.membership.wallet.factories import WalletCard, vault_of, wallet_of


def work_of(service: Service) -> Work:
    """What the jobs are given."""
    return Work(service.settings, service.database, vault_of(service), service.clock)


def consume_all(service: Service) -> None:
    """Read all events and mark all cards that they concern."""
    while consume_events(work_of(service)):
        pass


def settle(service: Service) -> None:
    """Run the jobs until nothing is left to do."""
    work = work_of(service)
    while consume_events(work) or refresh(work) or roll_out(work):
        pass


def redesign(service: Service, design_id: UUID, background: str) -> None:
    """Edit a design: another colour behind everything."""
    with arranging(service.database) as session:
        row = get_design(session, service.tenant, design_id)
        content = load_version(session, service.tenant, design_id, row.version).content
        design = Design.model_validate({**content, "background": background})
        change = DesignChange(name=row.name, design=design, version=row.version)
        edit_design(session, service.tenant, design_id, change, service.clock())


def marked(service: Service) -> set[UUID]:
    """The cards of the organization that are to be looked at now."""
    with service.database.readers.begin() as session:
        return set(
            session.scalars(
                select(CardWallet.card_id).where(
                    CardWallet.organization_id == service.tenant.id,
                    CardWallet.refresh_at <= service.clock(),
                )
            )
        )


def wallets(service: Service) -> list[CardWallet]:
    """What is stored of all cards of the organization."""
    with service.database.readers.begin() as session:
        here = CardWallet.organization_id == service.tenant.id
        return list(session.scalars(select(CardWallet).where(here).order_by(CardWallet.card_id)))


def behind(service: Service) -> list[UUID]:
    """Cards whose stored face is another one than they have now."""
    rows = wallets(service)
    with service.database.readers.begin() as session:
        ids = [row.card_id for row in rows]
        tenant = tenant_of(session.get_one(Organization, service.tenant.id))
        faces = load_faces(session, tenant, ids, service.clock())
    return [row.card_id for row in rows if row.face_digest != faces[row.card_id].face.digest()]


def rollouts_of(service: Service) -> list[CardRollout]:
    """The rollouts of the organization, the first one first."""
    with service.database.readers.begin() as session:
        here = CardRollout.organization_id == service.tenant.id
        rows = session.scalars(select(CardRollout).where(here).order_by(CardRollout.version))
        return list(rows)


def install(service: Service, card: WalletCard, device: str = "device-1") -> None:
    """Let a phone have a card in Apple Wallet, and Google another copy of it."""
    seq = wallet_of(service, card).update_seq
    with arranging(service.database) as session:
        session.add(
            AppleRegistration(
                organization_id=service.tenant.id,
                card_id=card.card_id,
                device_id=device,
                pass_type_id="pass.example.member",
                push_token="aa" * 32,
                registered_at=service.clock(),
                fetched_seq=seq,
                pushed_seq=seq,
                push_at=None,
            )
        )
        session.execute(
            update(CardWallet)
            .where(
                CardWallet.organization_id == service.tenant.id,
                CardWallet.card_id == card.card_id,
            )
            .values(google_created_at=service.clock(), google_seq=seq)
        )


def told(service: Service) -> None:
    """Take all that waits as told to the wallets."""
    with arranging(service.database) as session:
        session.execute(update(AppleRegistration).values(push_at=None))
        session.execute(update(CardWallet).values(google_next_attempt_at=None))


def waiting(service: Service, card: WalletCard) -> tuple[bool, bool]:
    """Whether a card's devices are to be pushed, and Google is to be updated."""
    with service.database.readers.begin() as session:
        pushes = session.scalars(
            select(AppleRegistration.push_at).where(
                AppleRegistration.organization_id == service.tenant.id,
                AppleRegistration.card_id == card.card_id,
            )
        ).all()
    at = wallet_of(service, card).google_next_attempt_at
    return any(each is not None for each in pushes), at is not None
