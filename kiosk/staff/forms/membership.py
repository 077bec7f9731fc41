"""The forms of memberships."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from api_client.management import ManagementClient
from api_client.messages.management import SoldView
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.forms.request import Call, Filled, as_json
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undo, Undoing
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.words.periods import undo_refusal
from kiosk.staff.words.typed_days import Years
from kiosk.texts import Texts


class MembershipForms:
    """Makes the forms. ``today`` returns the day where the club is.

    ``about`` is the owner of the membership, with name and number.
    """

    def __init__(self, texts: Texts, today: Callable[[], date]) -> None:
        self._texts, self._today = texts, today

    def extend(self, line: MembershipLine, about: str) -> tuple[Form, Filled[SoldView]]:
        """Move the last day of a membership further away."""
        say = self._texts.say
        title = say("Extend {plan}", plan=line.plan)
        form = self._form("extend", line, title, say("Extend"), about)
        day = (line.last_day or self._today()) + timedelta(days=1)
        form.add_day("last_day", say("Last day"), day, years=Years.NEXT)
        form.add_note("why", say("Reason"))
        form.undo = self._undoing(line, say("{plan} extended.", plan=line.plan))
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
        form.undo = self._undoing(line, say("{plan} ended.", plan=line.plan))
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

    def _undoing(self, line: MembershipLine, done: str) -> Undoing[SoldView]:
        """Return how a change of a membership is undone; a service of before cannot."""

        def undoing(answer: SoldView) -> Undo | None:
            change = answer.last_change
            if change is None:
                return None
            fields = {"change_id": str(change.id), "why": self._texts.say("Undone at the desk")}
            return Undo(
                done,
                in_words(
                    lambda client, once: client.undo_change(line.id, fields, once),
                    self._texts,
                    undo_refusal,
                ),
            )

        return undoing

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
