"""Routes of exports."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from membership.base.scopes import Scope
from membership.data.exports.service import ExportKind, export_lines
from membership.data.exports.streaming import streamed
from membership.events.audit.recorder import record
from membership.web.access import Call, writes
from membership.web.file_answers import csv_answer
from membership.web.methods import is_head

router = APIRouter(prefix="/v1/exports", tags=["Exports"])

_CSV = csv_answer(
    "One line for each, after a header.",
    "number,given_name,family_name\nC-000001,Amara,Okafor\n",
)


@router.get("/{kind}.csv", response_class=Response, responses=_CSV)
def export(
    kind: Annotated[ExportKind, Path(description="What is exported.", examples=["customers"])],
    request: Request,
    call: Annotated[Call, writes(Scope.EXPORTS_READ)],
    bom: Annotated[
        bool, Query(description="Begin with a byte-order mark, by which Excel knows UTF-8.")
    ] = False,
) -> StreamingResponse:
    """Download all customers, companies, links, memberships or visits as one CSV file.

    The file is one consistent snapshot, in the columns that the import reads. The audit records who
    exported what. Cells that a spreadsheet would evaluate start with an apostrophe.

    Errors: `database_busy` (503) while several other exports are running.
    """
    # The audit entry is why this is a writing route; the rows are read by another connection.
    if not is_head(request):
        record(call.session, call.tenant.id, "export.downloaded", kind.value, after={"bom": bom})
    lines = export_lines(request.app.state.database, call.tenant, kind, bom=bom)
    return streamed(lines, f"{call.tenant.slug}-{kind.value}.csv")
