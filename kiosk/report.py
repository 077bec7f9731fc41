"""Report of a run without a display: a picture of each kind of verdict, a table of times."""

from dataclasses import dataclass
from pathlib import Path

from .pending_scan import DisplayedScan
from .style import Tone


@dataclass(frozen=True)
class Line:
    """One verdict, with the milliseconds from the frame to the screen; None without a frame."""

    headline: str
    who: str
    detail: str
    milliseconds: float | None
    picture: str


class Report:
    """Collects verdicts. Pictures go to ``folder``, one of each kind of verdict."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[Line] = []
        self._pictured: set[Tone] = set()

    @property
    def checked_any(self) -> bool:
        """Whether at least one scan was checked."""
        return bool(self._pictured - {Tone.COULD_NOT_CHECK})

    def add(self, shown: DisplayedScan, painted_ns: int) -> Path | None:
        """Add a verdict. Returns the path for its picture, None if its kind has one already."""
        frame = shown.scan.frame
        took = (painted_ns - frame.captured_ns) / 1e6 if frame else None
        picture = None
        if shown.verdict.tone not in self._pictured:
            self._pictured.add(shown.verdict.tone)
            picture = self.folder / f"{len(self._pictured):02}-{shown.verdict.tone.value}.png"
        person = shown.verdict.person
        self.lines.append(
            Line(
                headline=shown.verdict.headline,
                who=f"{person.name} ({person.number})" if person else "-",
                detail=shown.verdict.detail,
                milliseconds=took,
                picture=picture.name if picture else "",
            )
        )
        return picture

    def table(self) -> str:
        """Return all lines as a table for a terminal."""
        head = ("verdict", "who", "ms", "picture", "detail")
        rows = [
            (
                line.headline,
                line.who,
                "-" if line.milliseconds is None else f"{line.milliseconds:.1f}",
                line.picture,
                line.detail,
            )
            for line in self.lines
        ]
        widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head) - 1)]
        return "\n".join(
            "  ".join(
                (*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1])
            )
            for row in (head, *rows)
        )
