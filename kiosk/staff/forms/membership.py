"""The forms of memberships."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from api_client.management import ManagementClient
from api_client.messages.management import PlanView, SoldView
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.forms.request import Call, Filled, as_json
from kiosk.staff.forms.second_press import SecondPress
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.membership import MembershipLine, plan_words, renewed_twice
from kiosk.staff.words.periods import undo_refusal
from kiosk.texts import Texts

_Send = Callable[[ManagementClient, dict[str, Any], str], SoldView]
"""Sends the fields of a sale under an idempotency key."""


class MembershipForms:
    """Makes the forms. ``today`` returns the day where the club is.

    ``about`` is the owner of the membership, with name and number.
    """

    def __init__(self, texts: Texts, today: Callable[[], date]) -> None:
        self._texts, self._today = texts, today

    def assign(
        self, owner: Mapping[str, str], plans: Sequence[PlanView], about: str
    ) -> tuple[Form, Filled[SoldView]]:
        """Assign a plan. ``owner`` is ``customer_id`` or ``company_id`` with the id."""
        say = self._texts.say
        topic = ":".join(("assign", *owner.values()))
        form = Form(self._texts, say("Assign plan"), say("Assign"), topic=topic, about=about)
        form.add_choice("plan_id", say("Plan"), self._on_sale(plans))
        form.add_day("starts_on", say("First day"), self._today())

        def filled(values: Mapping[str, Value]) -> Call[SoldView]:
            fields = {**owner, **as_json(values)}
            if values["starts_on"] == self._today():
                del fields["starts_on"]  # it starts now, not at midnight
            return confirmed(fields, lambda client, sent, once: client.assign(sent, once))

        confirmed = self._confirmed(plans)
        return form, filled

    def _confirmed(
        self, plans: Sequence[PlanView]
    ) -> Callable[[dict[str, Any], _Send], Call[SoldView]]:
        """Return what sells a plan, and at the second press also one that is held already.

        The first press says so. Another plan or another day asks anew.
        """
        press = SecondPress("plan_held")
        names = {str(plan.id): plan.name for plan in plans}

        def confirmed(fields: dict[str, Any], send: _Send) -> Call[SoldView]:
            def sell(client: ManagementClient, once: str) -> SoldView:
                def sent(again: bool | None) -> SoldView:
                    more = {} if again is None else {"again": again}
                    return send(client, {**fields, **more}, once)

                why = self._texts.say(
                    "{plan} is there already for this time. Press the button again to sell it a "
                    "second time.",
                    plan=names[fields["plan_id"]],
                )
                return press.send(fields, once, sent, why)

            return sell

        return confirmed

    def renew(self, line: MembershipLine, about: str) -> tuple[Form, Filled[SoldView]]:
        """Renew a membership that was paid."""
        say = self._texts.say
        title = say("Renew {plan}", plan=line.plan)
        form = self._form("renew", line, title, say("Renew"), about, final=True)
        form.add_words(say("Paid before the end, it goes on from there; later, from today."))
        press = SecondPress("plan_held")

        def filled(_values: Mapping[str, Value]) -> Call[SoldView]:
            def renew(client: ManagementClient, once: str) -> SoldView:
                def sent(again: bool | None) -> SoldView:
                    fields = {} if again is None else {"again": again}
                    return client.renew(line.id, once, fields, if_match=line.etag)

                return press.send("renew", once, sent, renewed_twice(self._texts, line.plan))

            return renew

        return form, filled

    def extend(self, line: MembershipLine, about: str) -> tuple[Form, Filled[SoldView]]:
        """Move the last day of a membership further away."""
        say = self._texts.say
        title = say("Extend {plan}", plan=line.plan)
        form = self._form("extend", line, title, say("Extend"), about)
        day = (line.last_day or self._today()) + timedelta(days=1)
        form.add_day("last_day", say("Last day"), day)
        form.add_note("why", say("Reason"))
        return (
            form,
            lambda values: (
                lambda client, once: client.extend(
                    line.id, as_json(values), once, if_match=line.etag
                )
            ),
        )

    def end(self, line: MembershipLine, about: str) -> tuple[Form, Filled[SoldView]]:
        """End a membership now."""
        say = self._texts.say
        title = say("End {plan}", plan=line.plan)
        form = self._form("end", line, title, say("End now"), about, final=True)
        form.add_words(say("It ends at once and is still shown in the file."))
        form.add_note("why", say("Reason"))
        return (
            form,
            lambda values: (
                lambda client, once: client.end(line.id, as_json(values), once, if_match=line.etag)
            ),
        )

    def undo(self, line: MembershipLine, about: str) -> tuple[Form, Filled[SoldView]]:
        """Undo the last change of a membership, the one that is shown."""
        say = self._texts.say
        title = say("Undo the last change of {plan}", plan=line.plan)
        form = self._form("undo", line, title, say("Undo"), about, final=True)
        form.add_words(line.change)
        form.add_words(say("It is then as it was before, at once. The history keeps both."))
        form.add_note("why", say("Reason"))

        def filled(values: Mapping[str, Value]) -> Call[SoldView]:
            fields = {"change_id": str(line.change_id), **as_json(values)}

            def undo(client: ManagementClient, once: str) -> SoldView:
                return client.undo_change(line.id, fields, once, if_match=line.etag)

            return in_words(undo, self._texts, undo_refusal)

        return form, filled

    def transfer(
        self, line: MembershipLine, plans: Sequence[PlanView], about: str
    ) -> tuple[Form, Filled[SoldView]]:
        """Move a membership to another plan, from now on."""
        say = self._texts.say
        title = say("Change the plan of {plan}", plan=line.plan)
        form = self._form("transfer", line, title, say("Change"), about, final=True)
        others = [plan for plan in plans if plan.name != line.plan]
        form.add_choice("plan_id", say("New plan"), self._on_sale(others))
        confirmed = self._confirmed(plans)

        def send(client: ManagementClient, sent: dict[str, Any], once: str) -> SoldView:
            return client.transfer(line.id, sent, once, if_match=line.etag)

        return form, lambda values: confirmed(as_json(values), send)

    def _form(
        self,
        kind: str,
        line: MembershipLine,
        title: str,
        action: str,
        about: str,
        *,
        final: bool = False,
    ) -> Form:
        topic = f"{kind}:{line.id}"
        return Form(self._texts, title, action, topic=topic, about=about, final=final)

    def _on_sale(self, plans: Sequence[PlanView]) -> list[tuple[str, str]]:
        """Return the plans that are sold, as choices of a form."""
        return [
            (str(plan.id), plan_words(plan, self._texts))
            for plan in plans
            if plan.archived_at is None
        ]
