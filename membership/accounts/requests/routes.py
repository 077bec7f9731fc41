"""The route that returns whether a request was carried out, and withdraws it if not."""

import json
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api_client.messages.requests import Withdrawal, WithdrawalState
from membership.base.fields import Instant
from membership.web.access import Call, anyone_writes
from membership.web.idempotency import withdraw

router = APIRouter(prefix="/v1/requests", tags=["Operations"])

RequestKey = Annotated[
    str,
    Path(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The `Idempotency-Key` that the request was sent with.",
        examples=["till-2-slip-4711"],
    ),
]


@router.post("/{key:path}/withdraw")
def withdraw_request(
    key: RequestKey,
    call: Annotated[Call, anyone_writes()],
    sent_at: Annotated[
        Instant | None,
        Query(
            description="When the request was first sent. Answers are kept for a day; with this, "
            "one that was sent longer ago is not taken for one that never arrived.",
            examples=["2027-03-10T11:00:00Z"],
        ),
    ] = None,
) -> Withdrawal:
    """Return whether an earlier request was carried out; if not, block it from now on.

    If a request of this caller with that key was carried out, the status is `carried_out`, with its
    time and the stored response. If not, it is `withdrawn`: a request that arrives with this key
    later is rejected with 409 `request_withdrawn`. Repeating the call is safe.

    Keys belong to the caller: to the API key, or to the staff account in any of its sessions.

    Errors: `request_begun` (409) for a request that is still in progress at the payment provider,
    or was interrupted there: send it again; `request_forgotten` (409) if it was sent a day ago or
    earlier.
    """
    found = withdraw(call, key, sent_at)
    if found is None:
        return Withdrawal(state=WithdrawalState.WITHDRAWN)
    return Withdrawal(
        state=WithdrawalState.CARRIED_OUT, at=found.at, answer=json.loads(found.answer)
    )
