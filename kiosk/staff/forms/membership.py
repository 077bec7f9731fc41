"""The forms of memberships."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from PySide6.QtWidgets import QWidget

from api_client.messages.management import PlanView, SoldView
from kiosk.staff.forms.request import Call, Filled, as_json
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.membership import MembershipLine, plan_words
from kiosk.texts import Texts


class MembershipForms:
    """Makes the forms over one window. ``today`` returns the day where the club is."""

    def __init__(self, window: QWidget, texts: Texts, today: Callable[[], date]) -> None:
        self._window, self._texts, self._today = window, texts, today

    def assign(
        self, owner: Mapping[str, str], plans: Sequence[PlanView]
    ) -> tuple[Form, Filled[SoldView]]:
        """Assign a plan. ``owner`` is ``customer_id`` or ``company_id`` with the id."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Assign plan"), say("Assign"))
        form.add_choice("plan_id", say("Plan"), self._on_sale(plans))
        form.add_day("starts_on", say("First day"), self._today())

        def filled(values: Mapping[str, Value]) -> Call[SoldView]:
            fields = {**owner, **as_json(values)}
            if values["starts_on"] == self._today():
                del fields["starts_on"]  # it starts now, not at midnight
            return lambda client, once: client.assign(fields, once)

        return form, filled

    def renew(self, line: MembershipLine) -> tuple[Form, Filled[SoldView]]:
        """Renew a membership that was paid."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Renew {plan}", plan=line.plan), say("Renew"))
        form.add_words(say("Paid before the end, it goes on from there; later, from today."))
        return form, lambda _values: lambda client, once: client.renew(line.id, once)

    def extend(self, line: MembershipLine) -> tuple[Form, Filled[SoldView]]:
        """Move the last day of a membership further away."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("Extend {plan}", plan=line.plan), say("Extend"))
        day = (line.last_day or self._today()) + timedelta(days=1)
        form.add_day("last_day", say("Last day"), day)
        form.add_note("why", say("Reason"))
        return form, lambda values: lambda client, _: client.extend(line.id, as_json(values))

    def end(self, line: MembershipLine) -> tuple[Form, Filled[SoldView]]:
        """End a membership now."""
        say = self._texts.say
        form = Form(self._window, self._texts, say("End {plan}", plan=line.plan), say("End now"))
        form.add_words(say("It ends at once and is still shown in the file."))
        form.add_note("why", say("Reason"))
        return form, lambda values: lambda client, _: client.end(line.id, as_json(values))

    def transfer(
        self, line: MembershipLine, plans: Sequence[PlanView]
    ) -> tuple[Form, Filled[SoldView]]:
        """Move a membership to another plan, from now on."""
        say = self._texts.say
        title = say("Change the plan of {plan}", plan=line.plan)
        form = Form(self._window, self._texts, title, say("Change"))
        others = [plan for plan in plans if plan.name != line.plan]
        form.add_choice("plan_id", say("New plan"), self._on_sale(others))
        return (
            form,
            lambda values: lambda client, once: client.transfer(line.id, as_json(values), once),
        )

    def _on_sale(self, plans: Sequence[PlanView]) -> list[tuple[str, str]]:
        """Return the plans that are sold, as choices of a form."""
        return [
            (str(plan.id), plan_words(plan, self._texts))
            for plan in plans
            if plan.archived_at is None
        ]
