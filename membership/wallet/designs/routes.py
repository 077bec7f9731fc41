"""Routes of card designs: list, create, edit, archive, and the progress of a rollout."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from api_client.messages.cards import DesignLine, DesignList, RolloutProgress
from membership.base.scopes import Scope
from membership.wallet.designs import service, views
from membership.wallet.designs.schemas import (
    DesignChange,
    DesignRecord,
    DesignVersionRecord,
    NewDesign,
)
from membership.web.access import Call, reads, writes_once
from membership.web.idempotency import once, request_of
from membership.web.preconditions import Condition, InCondition, InShown, strong_etag

router = APIRouter(prefix="/v1/card-designs", tags=["Card designs"])

_LAST_VERSION = 2**31 - 1
VersionPath = Annotated[int, Path(ge=1, le=_LAST_VERSION, examples=[1])]


@router.get("")
def list_designs(call: Annotated[Call, reads(Scope.CARDS_READ)]) -> DesignList:
    """List all designs by name, archived ones last."""
    return views.list_designs(call.session, call.tenant)


@router.post("", status_code=201)
def create_design(
    new: NewDesign, call: Annotated[Call, writes_once(Scope.DESIGNS_WRITE)]
) -> DesignRecord:
    """Create a design; cards can be issued with it at once.

    Rejected are values that a wallet would silently drop, text with a contrast of less than 3 to 1
    to its background, and images that were not uploaded. Suggestions are in `hints`.

    Errors: `design_key_taken` (409), `design_invalid` (422, naming the place in the design).
    """

    def create() -> DesignRecord:
        row = service.create_design(
            call.session, call.tenant, key=new.key, name=new.name, design=new.design, now=call.now
        )
        return views.design_record(call.session, call.tenant, row)

    return once(call, new, DesignRecord, create)


def _etag(view: DesignRecord | DesignLine) -> str:
    """Return the ETag of what can be edited of a design."""
    return strong_etag(view, "id", "name", "version", "archived_at")


@router.get("/{design_id}")
def get_design(
    design_id: UUID, call: Annotated[Call, reads(Scope.CARDS_READ)], shown: InShown
) -> DesignRecord:
    """Return a design as its cards show it now.

    Errors: `design_not_found` (404).
    """
    row = service.get_design(call.session, call.tenant, design_id)
    view = views.design_record(call.session, call.tenant, row)
    return shown.show(view, _etag(view))


@router.put("/{design_id}")
def edit_design(
    design_id: UUID,
    change: DesignChange,
    call: Annotated[Call, writes_once(Scope.DESIGNS_WRITE)],
    condition: InCondition,
) -> DesignRecord:
    """Create a new version of a design. All its issued cards are updated gradually.

    `version` is the one that was edited: if a newer one exists, nothing is changed. A new name
    alone creates no new version.

    Errors: `design_not_found` (404), `design_changed` (409), `design_invalid` (422).
    """

    def save() -> DesignRecord:
        condition.require(lambda: _locked_etag(call, design_id))
        row = service.edit_design(call.session, call.tenant, design_id, change, call.now)
        return views.design_record(call.session, call.tenant, row)

    changed = once(call, request_of("edit design", design_id, body=change), DesignRecord, save)
    return condition.show(changed, _etag(changed))


@router.post("/{design_id}/archive")
def archive_design(
    design_id: UUID,
    call: Annotated[Call, writes_once(Scope.DESIGNS_WRITE)],
    condition: InCondition,
) -> DesignRecord:
    """Archive a design: no more cards can be issued with it; existing ones stay valid.

    Errors: `design_not_found` (404).
    """
    return _archive(call, design_id, condition, archived=True)


@router.post("/{design_id}/restore")
def restore_design(
    design_id: UUID,
    call: Annotated[Call, writes_once(Scope.DESIGNS_WRITE)],
    condition: InCondition,
) -> DesignRecord:
    """Restore an archived design, so that cards can be issued with it.

    Errors: `design_not_found` (404).
    """
    return _archive(call, design_id, condition, archived=False)


def _archive(call: Call, design_id: UUID, condition: Condition, *, archived: bool) -> DesignRecord:
    """Archive a design or restore it."""

    def save() -> DesignRecord:
        condition.require(lambda: _locked_etag(call, design_id))
        row = service.archive_design(
            call.session, call.tenant, design_id, call.now, archived=archived
        )
        return views.design_record(call.session, call.tenant, row)

    asked = request_of("archive design" if archived else "restore design", design_id)
    changed = once(call, asked, DesignRecord, save)
    return condition.show(changed, _etag(changed))


def _locked_etag(call: Call, design_id: UUID) -> str:
    """Return the ETag of a design, locked. Raises NotFound."""
    return _etag(views.design_line(service.lock_design(call.session, call.tenant, design_id)))


@router.get("/{design_id}/versions/{version}")
def get_version(
    design_id: UUID, version: VersionPath, call: Annotated[Call, reads(Scope.CARDS_READ)]
) -> DesignVersionRecord:
    """Return a design as it was in one version. Versions are never deleted.

    Errors: `design_not_found`, `design_version_not_found` (404).
    """
    return views.version_record(call.session, call.tenant, design_id, version)


@router.get("/{design_id}/rollout")
def get_rollout(design_id: UUID, call: Annotated[Call, reads(Scope.CARDS_READ)]) -> RolloutProgress:
    """Return how many cards of a design were processed since its last edit.

    Errors: `design_not_found`, `rollout_not_found` (404, for one that was never edited).
    """
    return views.rollout_progress(call.session, call.tenant, design_id)
