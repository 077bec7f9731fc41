"""Saving what somebody else may have changed meanwhile: neither theirs is lost, nor what is typed.

The service refuses a change of another state than the one that was loaded. Then the present state
is loaded: if the others changed nothing that is edited here, the change is sent again at once; else
staff read what is there now, and their next press saves what they changed, over that. Refused
again although nothing differs, it is sent without the state: something between the two, such as a
proxy, changes what names it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from api_client.errors import ApiError, Refused
from api_client.messages.editable import Editable
from kiosk.staff.forms.request import refusal
from kiosk.staff.undo import Undo, Undoing
from kiosk.texts import Texts

CHANGED = "changed_meanwhile"
"""The service's code for a change of another state than the present one."""
_TRIES = 2
"""How often the state is sent while nothing that is edited differs."""

R = TypeVar("R", bound=Editable)
A = TypeVar("A")


class Edited(Generic[R]):
    """What a form edits: ``record`` as it was loaded, and as it was found to be since.

    ``fields_of`` returns the body that would store a record as it is. ``names`` are the words for
    its fields, ``words`` return those for the values of some. A body that has to be ``whole`` gets
    the present value of what was not changed.
    """

    def __init__(
        self,
        texts: Texts,
        record: R,
        fields_of: Callable[[R], Mapping[str, Any]],
        names: Mapping[str, str],
        *,
        words: Mapping[str, Callable[[Any], str]] | None = None,
        whole: bool = False,
    ) -> None:
        self._texts, self._fields_of, self._names, self._whole = texts, fields_of, names, whole
        self._words_of = words or {}
        self._loaded = self._present = record
        self._former: dict[str, Any] = {}

    def save(self, fields: Mapping[str, Any], send: Callable[..., A], load: Callable[[], R]) -> A:
        """Return ``send(body, if_match=...)``, which stores ``fields``.

        Raises Refused with what somebody else changed, ``load`` having returned the present state:
        saved again, what staff changed is stored over that. Raises ApiError.
        """
        for _ in range(_TRIES):
            etag = self._present.etag
            try:
                return self._keep(fields, send, **({"if_match": etag} if etag else {}))
            except Refused as refused:
                if refused.problem.code != CHANGED:
                    raise
                theirs = self._reload(load)
            if theirs:
                raise refusal(self._sentence(theirs), CHANGED)
        return self._keep(fields, send)

    def undo(self, done: str, send: Callable[..., Any]) -> Undoing[Any]:
        """Return what stores again what was there before the last ``save``.

        ``send(client, once, body, if_match=...)`` stores it, and is refused if somebody has changed
        it since. Nothing is said of a ``save`` that changed nothing.
        """

        def undoing(answer: Any) -> Undo | None:
            former = dict(self._former)
            etag = getattr(answer, "etag", "")
            state = {"if_match": etag} if etag else {}
            if not former:
                return None
            return Undo(done, lambda client, once: send(client, once, former, **state))

        return undoing

    def _keep(self, fields: Mapping[str, Any], send: Callable[..., A], **state: str) -> A:
        """Return the answer to the change, and keep what it changed as it was."""
        body, before = self._body(fields), self._fields_of(self._present)
        answer = send(body, **state)
        changed = {name: before[name] for name in before if body.get(name, ...) != before[name]}
        changed = {name: value for name, value in changed.items() if name in body}
        self._former = {**before} if self._whole and changed else changed
        return answer

    def _body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is sent: all fields at first, and what staff changed once others did too."""
        if self._present is self._loaded:
            return dict(fields)
        loaded = self._fields_of(self._loaded)
        own = {name: value for name, value in fields.items() if value != loaded.get(name, ...)}
        return {**(self._fields_of(self._present) if self._whole else {}), **own}

    def _reload(self, load: Callable[[], R]) -> dict[str, Any]:
        """Load the present state; return the fields that differ from the one that was known."""
        before = self._fields_of(self._present)
        try:
            present = load()
        except ApiError:
            why = self._texts.say(
                "Somebody else has just changed this, and it cannot be loaded now. What you "
                "entered is still here. Try again in a moment."
            )
            raise refusal(why, CHANGED) from None
        after = self._fields_of(present)
        self._present = present
        return {name: value for name, value in after.items() if value != before.get(name, ...)}

    def _sentence(self, theirs: Mapping[str, Any]) -> str:
        """Return what somebody else changed, and what a further press does."""
        say = self._texts.say
        changed = "; ".join(
            f"{self._names.get(name, name)}: {self._words_of.get(name, self._words)(value)}"
            for name, value in theirs.items()
        )
        return say(
            "Somebody else has just changed this. It now says: {changed}. What you "
            "entered is still here. Press the button again to save your changes.",
            changed=changed,
        )

    def _words(self, value: Any) -> str:
        """Return a value of a field as staff read it."""
        say = self._texts.say
        match value:
            case None | "" | [] | ():
                return say("empty")
            case bool():
                return say("yes") if value else say("no")
            case list() | tuple():
                return ", ".join(self._words(each) for each in value)
            case {"label": label}:
                return str(label)
            case {"unit": unit, "count": count}:
                return f"{count} × {unit}"
            case _:
                return say("“{text}”", text=value)
