"""Why a request failed, in words for the desk. A failure is never a verdict about a member."""

from dataclasses import dataclass
from enum import StrEnum

from api_client import errors
from api_client.messages.scan import FieldFault

from .texts import Texts


class Cause(StrEnum):
    """What prevented an answer."""

    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    NOT_ALLOWED = "not_allowed"
    SIGNED_OUT = "signed_out"
    BUSY = "busy"
    REFUSED = "refused"
    SERVICE_ERROR = "service_error"
    STORAGE_FULL = "storage_full"
    BAD_ANSWER = "bad_answer"
    STARTING = "starting"
    CANNOT_START = "cannot_start"
    """The service of this PC cannot start; ``Failure.code`` says why."""
    GATEWAY = "gateway"
    """What stands before the service answers that the service does not."""
    OLD_SERVICE = "old_service"
    """It has no such route: it is of a version before this desk's."""
    INTERNAL = "internal"


OWN_WORDS = "about:desk"
"""The type of a problem that the desk itself found."""

_UNCERTAIN = frozenset(
    {
        Cause.UNREACHABLE,
        Cause.TOO_SLOW,
        Cause.GATEWAY,
        Cause.SERVICE_ERROR,
        Cause.BAD_ANSWER,
        Cause.INTERNAL,
    }
)


@dataclass(frozen=True)
class Failure:
    """A request without an answer. ``detail`` is for the log and for support.

    ``code`` is the service's stable code of the problem; empty if it named none. ``worded`` tells
    that the detail is a sentence of the desk itself, in its language. ``faults`` are the
    fields that the service, or the desk, does not take.
    """

    cause: Cause
    detail: str
    code: str = ""
    worded: bool = False
    faults: tuple[FieldFault, ...] = ()

    @property
    def may_have_arrived(self) -> bool:
        """Whether the request may have been carried out all the same: no answer says it was not."""
        return self.cause in _UNCERTAIN

    def sentence(self, texts: Texts) -> str:
        """Return one sentence in the language of the desk."""
        match self.cause:
            case Cause.UNREACHABLE:
                return texts.say("The membership service cannot be reached.")
            case Cause.TOO_SLOW:
                return texts.say("The membership service did not answer in time.")
            case Cause.NOT_ALLOWED | Cause.SIGNED_OUT:
                return texts.say("The membership service does not accept this desk's key.")
            case Cause.BUSY:
                return texts.say("The membership service is busy. Try again in a moment.")
            case Cause.REFUSED:
                return texts.say("The membership service declined: {why}", why=self.detail)
            case Cause.SERVICE_ERROR:
                return texts.say("The membership service failed. Its log tells why.")
            case Cause.STORAGE_FULL:
                return texts.say("The disk of the membership service is full.")
            case Cause.BAD_ANSWER:
                return texts.say("What answers at the service's address is not the service.")
            case Cause.STARTING | Cause.CANNOT_START:
                starting = texts.say("The membership service is still starting.")
                return start_failure(self.code, texts) if self.code else starting
            case Cause.GATEWAY:
                return texts.say(
                    "The server in front of the membership service answers, the service does not."
                )
            case Cause.OLD_SERVICE:
                return texts.say(
                    "This membership service is older than the desk, and cannot look anybody up "
                    "without a visit. Update it."
                )
            case Cause.INTERNAL:
                return texts.say("The kiosk itself failed. Its log tells why.")


def start_failure(code: str, texts: Texts) -> str:
    """Return why the service of this PC cannot start, for the code it reported."""
    match code:
        case "":
            return texts.say("The service is being restarted.")
        case "database_too_new":
            return texts.say("The data was written by a newer version of this program.")
        case "not_a_database" | "database_damaged":
            return texts.say("The data file is damaged, or is something else.")
        case "data_missing":
            return texts.say(
                "The club's data is missing. Put the data file back, or restore a backup."
            )
        case "storage_full":
            return texts.say("The disk of the membership service is full.")
        case "data_dir_not_writable" | "database_read_only":
            return texts.say("The data folder cannot be written.")
        case "secret_key_missing" | "secret_key_wrong" | "secret_key_invalid":
            return texts.say("The secret key of the data is missing or another one.")
        case _:
            return texts.say("The service cannot start.")


def failure_of_start(code: str, detail: str) -> Failure | None:
    """Return the failure of a service that cannot start; None without a code, for a restart."""
    return Failure(Cause.CANNOT_START, detail, code) if code else None


def failure_of(error: errors.ApiError) -> Failure:
    """Return the failure that ``error`` means to the desk."""
    problem = None
    if isinstance(error, errors.Refused | errors.KeyUnknown | errors.ServiceError):
        problem = error.problem
    if problem is None:
        return Failure(_cause(error), str(error))
    worded = problem.type == OWN_WORDS
    return Failure(_cause(error), str(error), problem.code, worded, problem.errors)


def _cause(error: errors.ApiError) -> Cause:
    match error:
        case errors.TooSlow():
            return Cause.TOO_SLOW
        case errors.BehindGateway():
            return Cause.GATEWAY
        case errors.Unreachable():
            return Cause.UNREACHABLE
        case errors.NotAllowed():
            return Cause.NOT_ALLOWED
        case errors.Busy():
            return Cause.BUSY
        case errors.Refused():
            return Cause.REFUSED
        case errors.BadAnswer():
            return Cause.BAD_ANSWER
        case errors.ServiceError(problem=problem) if problem and problem.code == "storage_full":
            return Cause.STORAGE_FULL
        case errors.ServiceError():
            return Cause.SERVICE_ERROR
        case _:
            return Cause.INTERNAL
