"""What was found out about a hand scanner, in words. Pure."""

from kiosk.scanner_profile import ScannerProfile
from kiosk.serial_scanner import PortState
from kiosk.status import Health, Status
from kiosk.teaching import Layout, Lesson, Problem, Sample
from kiosk.texts import Texts


def sample_words(sample: Sample, texts: Texts) -> str:
    """Return a scan in words: how long and how fast, not what; it may be somebody's card."""
    length = texts.say_many("{count} character", "{count} characters", len(sample.typed))
    if sample.pace_ms is None:
        return f"{length} · {texts.say('serial port')}"
    return f"{length} · {texts.say('{pace} ms a key', pace=round(sample.pace_ms))}"


def problem_words(problem: Problem, texts: Texts) -> str:
    """Return why three scans teach nothing, and what to do."""
    say = texts.say
    return {
        Problem.SAME_CARD: say("Two scans are of the same card. Scan three different cards."),
        Problem.TOO_SLOW: say("Slower than a scanner types. Scan, and set the scanner faster."),
        Problem.TWO_SCANNERS: say("The scans come from two scanners. Use only one."),
        Problem.PACE: say("The scans disagree: their pace differs. Scan all three once more."),
        Problem.END: say("The scans disagree: not all end alike. Scan all three once more."),
        Problem.AROUND: say(
            "The scans disagree: what comes before or after the codes differs. "
            "Scan three cards of this club."
        ),
    }[problem]


def lesson_facts(lesson: Lesson, texts: Texts) -> list[tuple[str, str]]:
    """Return what three scans taught, by name; empty if they disagree."""
    found = lesson.profile
    if found is None:
        return []
    say = texts.say
    pace = "-" if found.pace_ms is None else say("{pace} ms a key", pace=round(found.pace_ms))
    before = found.prefix + ("]…" if found.symbology else "")
    return [
        (say("Keyboard layout"), _layout_words(lesson, texts)),
        (say("Pace"), pace),
        (say("Before each code"), before or say("nothing")),
        (say("After each code"), found.suffix or say("nothing")),
        (say("Ends with"), _end_words(found, texts)),
    ]


def port_status(state: PortState, port: str, texts: Texts) -> Status:
    """Return the state of the scanner's port in words."""
    say = texts.say
    match state:
        case PortState.READY:
            return Status(Health.GOOD, say("Scanner"), say("Connected: {port}", port=port))
        case PortState.LOST:
            sentence = say("The scanner is not there. Is it plugged in? {port}", port=port)
            return Status(Health.BAD, say("No scanner"), sentence)
        case _:
            return Status(Health.WARN, say("Scanner …"), say("Opening {port} …", port=port))


def _layout_words(lesson: Lesson, texts: Texts) -> str:
    say = texts.say
    words = {
        Layout.FITS: say("fits the computer's"),
        Layout.CORRECTED: say("differs from the computer's, and is corrected"),
        Layout.UNCLEAR: say("not clear, so both readings are tried"),
        Layout.UNKNOWN: say("not known on this computer"),
    }[lesson.layout]
    return f"{lesson.computer} · {words}" if lesson.computer else words


def _end_words(profile: ScannerProfile, texts: Texts) -> str:
    say = texts.say
    return {
        "enter": say("Enter"),
        "tab": say("Tab"),
        "control": say("a control character"),
    }.get(profile.end or "none", say("nothing: a pause"))
