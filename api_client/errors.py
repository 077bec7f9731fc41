"""Errors of requests to the membership service.

::

    ApiError
    ├── Unreachable        no answer: connection refused or broken, no route, unknown host
    │   ├── TooSlow        connected, but no whole answer within the deadline
    │   └── BehindGateway  502, 503 or 504 of what stands before the service
    ├── NotAllowed         401 or 403: the key is unknown or revoked, or lacks the scope
    │   └── KeyUnknown     the service said 401: the key or the session is unknown or has ended
    ├── Busy               429, or a 503 for a conflict: the same request may succeed in a moment
    ├── Refused            any other 4xx: the service declined the request; has its Problem
    └── ServiceError       5xx: the service failed; has its Problem if there was one
        └── BadAnswer      not an answer of this API: HTML, truncated JSON, a redirect, too large

Only ``Unreachable`` leaves open what the service would have answered, so a local roster may answer
instead. No error is about a member, so none may be shown as an invalid card.
"""

from api_client.messages.scan import Problem


class ApiError(Exception):
    """Base of all. ``str(error)`` is a sentence for the screen."""


class Unreachable(ApiError):
    """There is no connection to the service, or it broke before an answer."""


class TooSlow(Unreachable):
    """The deadline passed without a whole answer."""


class BehindGateway(Unreachable):
    """A proxy, or what else stands before the service, answers that the service does not."""


class NotAllowed(ApiError):
    """The service does not accept this desk's key for this request.

    ``ours``: the service itself says so; else it may be what stands before it, such as the page of
    a hotel's network.
    """

    def __init__(self, message: str, *, ours: bool = False) -> None:
        super().__init__(message)
        self.ours = ours


class KeyUnknown(NotAllowed):
    """The service does not know this key or session, or it has ended.

    ``problem`` is the answer of the service, if it gave one.
    """

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        super().__init__(message, ours=problem is not None)
        self.problem = problem


class Busy(ApiError):
    """The service is busy; the same request may succeed later.

    ``soon``: it only conflicted with concurrent requests and can be retried at once. Otherwise this
    caller exceeded its rate limit.
    """

    def __init__(self, message: str, *, soon: bool = False) -> None:
        super().__init__(message)
        self.soon = soon


class Refused(ApiError):
    """The service declined the request."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class ServiceError(ApiError):
    """The service failed while answering."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem


class BadAnswer(ServiceError):
    """The answer is no message of the membership service."""
