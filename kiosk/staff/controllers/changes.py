"""What staff change: which form asks for it, and what becomes of it.

A form is bound to one wish. Sent again after a failure it is the same wish, under the same
idempotency key, so that an answer that was lost on the way sells nothing twice.
"""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog

from api_client.messages.management import CompanyView, CustomerProfile, PlanPage, PlanView
from kiosk.staff.forms.membership import Filled, Forms
from kiosk.staff.forms.payment import payment_form
from kiosk.staff.forms.plan import plan_form
from kiosk.staff.forms.subscription import order_form
from kiosk.staff.pages.form import Form
from kiosk.staff.pages.parts import Action
from kiosk.staff.words.membership import MembershipLine
from kiosk.staff.worker import Task
from kiosk.texts import Texts
from kiosk.views.window import KioskWindow

_CHANGE, _PLANS = "change", "plans"


class Changes(QObject):
    """Asks, sends and follows up. ``currency`` is that of new plans, by its three letters."""

    task_wanted = Signal(object)
    """Task."""
    changed = Signal(object)
    """What the service answered to a change."""

    def __init__(
        self, window: KioskWindow, texts: Texts, today: Callable[[], date], *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window, self._texts = window, texts
        self._forms = Forms(window, texts, today)
        self.currency = "EUR"
        self.plans: tuple[PlanView, ...] = ()
        self.profile: CustomerProfile | None = None
        self._company: CompanyView | None = None
        self._form: Form | None = None
        self._once = ""
        self._then: Callable[[], None] | None = None

    @property
    def asking(self) -> bool:
        """Whether a form is open."""
        return self._form is not None

    @property
    def form(self) -> Form | None:
        """The form that is open."""
        return self._form

    def look_at(self, subject: CustomerProfile | CompanyView) -> None:
        """A file was opened; what is done next is done to it."""
        self.profile = subject if isinstance(subject, CustomerProfile) else None
        self._company = subject if isinstance(subject, CompanyView) else None

    def act(self, action: Action, target: object) -> None:
        """Ask what a button of a file needs."""
        if action is Action.EDIT:
            self._edit()
        elif action is Action.LINK and self._company is not None:
            self.ask(*self._forms.link(self._company.id))
        elif action is Action.ASSIGN:
            self._with_plans(lambda: self.ask(*self._forms.assign(self._owner(), self.plans)))
        elif action is Action.ORDER:
            self._with_plans(self._order_online)
        elif isinstance(target, MembershipLine):
            self._act_on_membership(action, target)

    @Slot(object, str)
    def unlink(self, customer_id: UUID, name: str) -> None:
        """Ask whether a customer is to be unlinked."""
        if self._company is not None:
            self.ask(*self._forms.unlink(self._company.id, customer_id, name))

    @Slot()
    def new_customer(self) -> None:
        """Ask for a new customer."""
        self.ask(*self._forms.customer(None))

    @Slot()
    def new_company(self) -> None:
        """Ask for a new company."""
        self.ask(*self._forms.company(None))

    @Slot()
    def new_plan(self) -> None:
        """Ask for a new plan."""
        self.ask(*plan_form(self._window, self._texts, None, self.currency))

    @Slot(object)
    def edit_plan(self, plan_id: UUID) -> None:
        """Ask for the fields of a plan."""
        for plan in self.plans:
            if plan.id == plan_id:
                self.ask(*plan_form(self._window, self._texts, plan, plan.currency))

    def took(self, task: Task, answer: object) -> bool:
        """Follow up what a task brought, if it was one of a change."""
        if task.kind == _PLANS and isinstance(answer, PlanPage):
            self.plans = answer.items
            then, self._then = self._then, None
            if then is not None:
                then()
            return True
        if task.kind != _CHANGE:
            return False
        if self._form is not None and task.once == self._once:
            self._form.finish()
        self.changed.emit(answer)
        return True

    def failed(self, task: Task, sentence: str) -> bool:
        """Say in the form why it could not be done; False if it was none of a form."""
        if task.kind == _CHANGE and self._form is not None and task.once == self._once:
            self._form.show_fault(sentence)
            return True
        self._then = None
        return False

    def _edit(self) -> None:
        if self.profile is not None:
            self.ask(*self._forms.customer(self.profile))
        elif self._company is not None:
            self.ask(*self._forms.company(self._company))

    def _order_online(self) -> None:
        """Ask which plan whose file is open is to pay on the internet."""
        owner, texts = self._owner(), self._texts
        self.ask(*order_form(self._window, texts, owner, self.plans, self._company))

    def _act_on_membership(self, action: Action, line: MembershipLine) -> None:
        match action:
            case Action.RENEW:
                self.ask(*self._forms.renew(line))
            case Action.PAY:
                self.ask(*payment_form(self._window, self._texts, line, self.currency))
            case Action.EXTEND:
                self.ask(*self._forms.extend(line))
            case Action.END:
                self.ask(*self._forms.end(line))
            case Action.TRANSFER:
                self._with_plans(lambda: self.ask(*self._forms.transfer(line, self.plans)))
            case _:
                raise ValueError(f"{action} is nothing that is done to a membership")

    def _owner(self) -> dict[str, str]:
        """Whose file is open, as a request names the owner of a membership."""
        if self.profile is not None:
            return {"customer_id": str(self.profile.customer.id)}
        if self._company is not None:
            return {"company_id": str(self._company.id)}
        raise RuntimeError("a plan is assigned without a file")

    def _with_plans(self, then: Callable[[], None]) -> None:
        """Load the plans as they are now, then go on."""
        self._then = then
        self.task_wanted.emit(Task(_PLANS, lambda client, _: client.plans()))

    def ask(self, form: Form, filled: Filled) -> None:
        """Open a form; one at a time."""
        if self._form is not None:
            form.deleteLater()
            return
        once = str(uuid4())
        self._form, self._once = form, once
        form.submitted.connect(
            lambda values: self.task_wanted.emit(Task(_CHANGE, filled(values), once))
        )
        form.finished.connect(self._on_closed)
        form.open()

    def _on_closed(self, _result: QDialog.DialogCode | int) -> None:
        """A form was closed, by success or by hand."""
        if self._form is not None:
            self._form.deleteLater()
        self._form, self._once = None, ""
