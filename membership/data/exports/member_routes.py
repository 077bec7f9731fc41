"""Route of the export of a filtered list of members."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api_client.messages.members import MemberOrder, MemberRow
from membership.base.scopes import Scope
from membership.data.exports.cells import code_cells
from membership.data.exports.lines import AT_ONCE, CsvLines, use_snapshot
from membership.data.exports.streaming import streamed
from membership.events.audit.recorder import record
from membership.members.member_list.filters import Wanted, wanted_members
from membership.members.member_list.listing import member_rows, ordered, position
from membership.store.database import Database
from membership.web.access import Call, Tenant, writes
from membership.web.file_answers import csv_answer
from membership.web.methods import is_head

router = APIRouter(prefix="/v1/members", tags=["Exports"])

_COLUMNS = (
    "number",
    "name",
    "status",
    "plan",
    "starts_on",
    "valid_until",
    "companies",
    "email",
    "phone",
    "has_photo",
    "has_card",
)
_CSV = csv_answer(
    "One line for each member, after a header.",
    "number,name,status,plan\nC-000001,Amara Okafor,active,Gold\n",
)


@router.get("/export", response_class=Response, responses=_CSV)
def export_members(
    request: Request,
    call: Annotated[Call, writes(Scope.EXPORTS_READ)],
    wanted: Annotated[Wanted, Depends(wanted_members)],
    sort: Annotated[MemberOrder, Query(description="The order.")] = MemberOrder.NUMBER,
    bom: Annotated[
        bool, Query(description="Begin with a byte-order mark, by which Excel knows UTF-8.")
    ] = False,
) -> StreamingResponse:
    """Download the members that `GET /v1/members` lists with the same filters, as one CSV file.

    The file is one consistent snapshot for reading: it has no form that the import takes. The audit
    records who exported it. Cells that a spreadsheet would evaluate start with an apostrophe.

    Errors: `database_busy` (503) while several other exports are running.
    """
    # The audit entry is why this is a writing route; the rows are read by another connection.
    if not is_head(request):
        record(
            call.session,
            call.tenant.id,
            "export.downloaded",
            "members",
            after={"bom": bom, **_filters(wanted)},
        )
    lines = member_lines(request.app.state.database, call.tenant, wanted, sort, call.now, bom=bom)
    return streamed(lines, f"{call.tenant.slug}-members.csv")


def member_lines(
    database: Database,
    tenant: Tenant,
    wanted: Wanted,
    order: MemberOrder,
    now: datetime,
    *,
    bom: bool,
) -> Iterator[bytes]:
    """The lines of the export, the header first; holds a connection while it is iterated."""
    lines = CsvLines()
    with database.readers.begin() as session:
        use_snapshot(session)
        connection = session.connection()
        yield lines.header(_COLUMNS, bom=bom)
        after: tuple[str | int, ...] | None = None
        while True:
            query = ordered(connection, tenant, wanted, order, now, after=after).limit(AT_ONCE)
            rows = connection.execute(query).all()
            yield lines.of(map(_cells, member_rows(connection, tenant, rows, now)))
            if len(rows) < AT_ONCE:
                return
            after = position(rows[-1], order)


def _filters(wanted: Wanted) -> dict[str, str | bool]:
    """Return what was exported, for the audit; of a text only that there was one."""
    given = {name: value for name, value in asdict(wanted).items() if value not in (None, "")}
    if "q" in given:
        given["q"] = True
    return {name: value if isinstance(value, bool) else str(value) for name, value in given.items()}


def _cells(row: MemberRow) -> tuple[Any, ...]:
    """Return the values of a line, in the order of the columns."""
    return (
        row.customer.number,
        row.customer.name,
        row.status,
        row.plan,
        row.starts_on,
        row.valid_until,
        "; ".join(row.companies),
        code_cells(row.email),
        row.phone,
        row.has_photo,
        row.card_id is not None,
    )
