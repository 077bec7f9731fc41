"""Lines about memberships that were sold before: unchanged, updated as by staff, or skipped."""

from membership.data.imports.batch import Batch, Item
from membership.data.imports.resolve.tried import Tried
from membership.data.imports.schemas import LineOutcome, OnDuplicate
from membership.members.memberships.changes import set_payment_overdue
from membership.members.memberships.entitlements import last_day_of
from membership.members.memberships.renewals import extend
from membership.members.memberships.schemas import Extension
from membership.store.models import Membership
from membership.web.errors import ApiError

_WHY = "import"


def set_again(batch: Batch, item: Item, before: Membership, tried: Tried) -> None:
    """Set what a line changes of a membership, in a dry run in ``tried``, and the line's result.

    A last day is only moved further; a membership ends early at the desk. Other changes than
    these are not made, and named.
    """
    values = item.values or {}
    fields = []
    # An export has the day on which it really ends.
    last_day, overdue = values.get("last_day"), values.get("payment_overdue")
    moves = last_day is not None and last_day != last_day_of(before)
    if moves and tried.differs(before.id, "last_day", last_day, before.last_day):
        fields.append("last_day")
    is_overdue = before.payment_overdue_since is not None
    if overdue is not None and tried.differs(before.id, "payment_overdue", overdue, is_overdue):
        fields.append("payment_overdue")
    what = f"plan: {before.plan_name} was sold to them before"
    if not fields:
        item.record_result(LineOutcome.UNCHANGED, before.id, what)
    elif batch.duplicates.action is OnDuplicate.SKIP:
        left = f"{what}; left out: {', '.join(fields)}"
        item.record_result(LineOutcome.SKIPPED, before.id, left)
    else:
        _change(batch, item, before, fields, tried)


def _change(batch: Batch, item: Item, before: Membership, fields: list[str], tried: Tried) -> None:
    """Change a membership by the rules of the desk, or refuse the line."""
    values = item.values or {}
    if "last_day" in fields and (before.last_day is None or values["last_day"] < before.last_day):
        item.refuse(f"last_day: ends {before.last_day or 'never'}; end it early at the desk")
        return
    column = fields[0]
    try:
        if not batch.dry_run:
            if "last_day" in fields:
                extension = Extension(last_day=values["last_day"], why=_WHY)
                extend(batch.session, batch.tenant, before.id, extension, batch.now)
            if "payment_overdue" in fields:
                column = "payment_overdue"
                since = batch.now if values["payment_overdue"] else None
                set_payment_overdue(batch.session, batch.tenant, before.id, since, batch.now)
    except ApiError as error:
        item.refuse(f"{column}: {error.detail}")
        return
    tried.set(before.id, {name: values[name] for name in fields}, item.line)
    item.record_result(LineOutcome.UPDATED, before.id, ", ".join(fields))
