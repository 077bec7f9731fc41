"""Routes of imports."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from membership.base.scopes import Scope
from membership.data.exports.cells import needs_quotes, safe_cell
from membership.data.exports.streaming import streamed
from membership.data.imports import service
from membership.data.imports.arrive.upload import receive_file
from membership.data.imports.schemas import (
    ImportPage,
    ImportView,
    LineNote,
    LineOutcome,
    NewImport,
    ReportPage,
    StartImport,
)
from membership.web.access import (
    Call,
    Caller,
    allows,
    reads,
    writes,
    writes_once,
)
from membership.web.file_answers import BINARY, csv_answer
from membership.web.idempotency import once
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/imports", tags=["Imports"])

_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself.",
        "content": {
            "text/csv": {
                **BINARY,
                "example": "given_name,family_name,email\nAmara,Okafor,amara@example.com\n",
            }
        },
    }
}
_CSV = csv_answer("The report.")
Outcomes = Annotated[
    LineOutcome | None, Query(description="Only the lines that came to this.", examples=["refused"])
]


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines of a report are wanted."""

    outcome: Outcomes = None
    note: Annotated[
        LineNote | None,
        Query(description="Only the lines with this note.", examples=["maybe_same"]),
    ] = None


@router.post("", status_code=201)
def prepare_import(
    new: NewImport, call: Annotated[Call, writes_once(Scope.IMPORTS_WRITE)]
) -> ImportView:
    """Prepare an import: the kind of the file, and how duplicates are handled.

    Upload the file next, with `PUT .../file`, then start it. A dry run can be started again for
    real without a second upload.
    """

    def create() -> ImportView:
        row = service.prepare(call.session, call.tenant, new, call.actor, call.now)
        return service.view(row, call.now)

    return once(call, new, ImportView, create)


@router.get("")
def list_imports(
    call: Annotated[Call, reads(Scope.IMPORTS_WRITE)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> ImportPage:
    """List imports, latest first.

    Errors: `invalid_cursor` (422).
    """
    return service.list_imports(call, limit, cursor)


@router.get("/{import_id}")
def show_import(import_id: UUID, call: Annotated[Call, reads(Scope.IMPORTS_WRITE)]) -> ImportView:
    """Return an import and its progress.

    Errors: `import_not_found` (404).
    """
    return service.view(service.get_import(call.session, call.tenant, import_id), call.now)


@router.put("/{import_id}/file", openapi_extra=_FILE)
async def send_file(
    import_id: UUID, request: Request, caller: Annotated[Caller, allows(Scope.IMPORTS_WRITE)]
) -> ImportView:
    """Upload the file: the body is the CSV itself, up to the size limit of the service.

    A previous upload is replaced until the import is started.

    Errors: `import_not_found` (404), `import_started`, `upload_replaced` (409), `body_too_large`
    (413).
    """
    return await receive_file(request, caller, import_id)


@router.post("/{import_id}/start")
def start_import(
    import_id: UUID, how: StartImport, call: Annotated[Call, writes(Scope.IMPORTS_WRITE)]
) -> ImportView:
    """Start an import; also resume a failed one, or run one for real after a dry run.

    It runs in the background. Errors: `import_not_found` (404), `import_without_file`,
    `import_running`, `import_done`, `import_partly_done` (409), `header_invalid` (422, with the
    column that is unknown, missing or duplicate).
    """
    row = service.start(call.session, call.tenant, import_id, call.now, dry_run=how.dry_run)
    return service.view(row, call.now)


@router.post("/{import_id}/cancel")
def cancel_import(
    import_id: UUID, call: Annotated[Call, writes(Scope.IMPORTS_WRITE)]
) -> ImportView:
    """Cancel an import permanently, after the lines being stored; lines already stored stay.

    Errors: `import_not_found` (404), `import_done` (409).
    """
    row = service.cancel(call.session, call.tenant, import_id, call.now)
    return service.view(row, call.now)


@router.get("/{import_id}/report")
def show_report(
    import_id: UUID,
    call: Annotated[Call, reads(Scope.IMPORTS_WRITE)],
    wanted: Annotated[LineFilter, Depends()],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> ReportPage:
    """List the outcome of each line, in the order of the file.

    Errors: `import_not_found` (404), `invalid_cursor` (422).
    """
    return service.report(call, import_id, limit, cursor, outcome=wanted.outcome, note=wanted.note)


@router.get("/{import_id}/report.csv", response_class=Response, responses=_CSV)
def download_report(
    import_id: UUID,
    request: Request,
    call: Annotated[Call, reads(Scope.IMPORTS_WRITE)],
    wanted: Annotated[LineFilter, Depends()],
) -> StreamingResponse:
    """Download the outcome of each line as CSV: line, outcome, id, message.

    Errors: `import_not_found` (404).
    """
    service.get_import(call.session, call.tenant, import_id)
    organization_id = call.tenant.id

    def rows() -> Iterator[bytes]:
        with request.app.state.database.readers.begin() as session:
            yield _line("line", "outcome", "id", "message")
            lines = service.report_lines(
                session, organization_id, import_id, outcome=wanted.outcome, note=wanted.note
            )
            for each in lines:
                found = "" if each.id is None else str(each.id)
                yield _line(str(each.line), each.outcome.value, found, safe_cell(each.message))

    return streamed(rows(), f"report-{import_id}.csv")


def _line(*cells: str) -> bytes:
    """Return one line of CSV."""
    text = io.StringIO()
    quoted = needs_quotes(cells)
    csv.writer(text, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerow(cells)
    return text.getvalue().encode()
