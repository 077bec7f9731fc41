"""What can go wrong when asking the membership service.

::

    ApiError
    ├── Unreachable        nobody answered: refused, no route, name not found, cut off
    │   └── TooSlow        somebody is there, but the answer did not come within the deadline
    ├── NotAllowed         401 or 403: the key is unknown, revoked or lacks the scope
    ├── Busy               429, or a 503 that says so: the same request may succeed in a moment
    ├── Refused            another 4xx: the service understood and said no; carries its Problem
    └── ServiceError       5xx: the service failed; carries its Problem if it sent one
        └── BadAnswer      an answer that is none of ours: HTML, cut JSON, a redirect, too big

Only ``Unreachable`` says nothing about the request: it is the one that a local roster may answer.
None of them says anything about a member, so none may ever be shown as an invalid card.
"""

from api_client.messages.scan import Problem


class ApiError(Exception):
    """Base of all. ``str(error)`` is a plain sentence fit for the screen."""


class Unreachable(ApiError):
    """No connection to the service, or it was cut before an answer."""


class TooSlow(Unreachable):
    """The deadline passed without a whole answer."""


class NotAllowed(ApiError):
    """The service does not accept this desk's key for this request."""


class Busy(ApiError):
    """Too much is going on at once; the same request may succeed in a moment.

    ``soon``: it may be tried again at once, for it was merely overtaken by others. Otherwise
    this caller sent too much, and is to wait.
    """

    def __init__(self, message: str, *, soon: bool = False) -> None:
        super().__init__(message)
        self.soon = soon


class Refused(ApiError):
    """The service understood the request and declined it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class ServiceError(ApiError):
    """The service failed while answering."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem


class BadAnswer(ServiceError):
    """Something answered, but not with a message of the membership service."""
