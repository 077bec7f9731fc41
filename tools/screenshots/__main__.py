"""Draw pages in their states and looks, and a contact sheet of each.

``python -m tools.screenshots [--only PAGE,PAGE] [--to FOLDER] [--state STATE]``, or
``make screenshots ONLY=PAGE,PAGE``. Each state is drawn in the base look, and the full state in
every look of ``looks``. Pictures go to ``FOLDER/PAGE/STATE-LOOK.png``, the sheet to
``FOLDER/PAGE.png``; the folder is ``build/screenshots`` unless another one is given. No service
runs: pages paint what ``pages`` gives them. A screen at 200 % is a process of its own, since Qt
takes the scale when it starts.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


from kiosk.application import prepare_application
from tools.screenshots.looks import BASE, LOOKS, Look
from tools.screenshots.pages import chosen
from tools.screenshots.sheet import contact_sheet
from tools.screenshots.shots import FULL, Shots
from tools.screenshots.studio import studio

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "build" / "screenshots"

Picture = tuple[str, Look]
"""A state, and the look in which it is drawn."""


def pictures_of(page: Shots, states: Sequence[str] = ()) -> Iterator[Picture]:
    """Yield what is drawn of a page: every state in the base look, the full one in every look."""
    for state in page.states:
        if not states or state in states:
            yield state, BASE
    for look in LOOKS:
        if look != BASE and (not states or FULL in states):
            yield FULL, look


def path_of(folder: Path, page: Shots, picture: Picture) -> Path:
    """Return the file of a picture."""
    state, look = picture
    return folder / page.name / f"{state}-{look.name}.png"


def draw(folder: Path, page: Shots, picture: Picture) -> Path:
    """Draw and store a picture. Returns its file. Raises OSError if it cannot be written."""
    state, look = picture
    path = path_of(folder, page, picture)
    path.parent.mkdir(parents=True, exist_ok=True)
    with studio(look) as opened:
        page.states[state](opened)
        if not opened.picture().save(str(path)):
            raise OSError(f"{path} cannot be written")
    return path


def main(given: Sequence[str]) -> int:
    """Draw what is asked for. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots")
    parser.add_argument("--only", default="", help="names of pages; all, without it")
    parser.add_argument("--to", type=Path, default=FOLDER, help="folder of the pictures")
    parser.add_argument("--state", action="append", default=[], help="only this state")
    parser.add_argument("--scale", type=int, default=1, help=argparse.SUPPRESS)
    asked = parser.parse_args(given)
    pages = chosen(tuple(filter(None, asked.only.split(","))))
    application = prepare_application()
    for page in pages:
        for picture in pictures_of(page, asked.state):
            if picture[1].scale == asked.scale:
                draw(asked.to, page, picture)
    if asked.scale > 1:
        return 0
    for scale in sorted({look.scale for look in LOOKS} - {1}):
        _draw_scaled(scale, given)
    for page in pages:
        drawn = [
            (f"{state} · {look.name}", path_of(asked.to, page, (state, look)))
            for state, look in pictures_of(page, asked.state)
        ]
        sheet = asked.to / f"{page.name}.png"
        contact_sheet(page.name, drawn).save(str(sheet))
        print(f"{sheet}: {len(drawn)} pictures")
    application.quit()
    return 0


def _draw_scaled(scale: int, given: Sequence[str]) -> None:
    """Draw the looks of another scale in a process whose screen has it."""
    command = [sys.executable, "-m", "tools.screenshots", *given, "--scale", str(scale)]
    environment = os.environ | {"QT_SCALE_FACTOR": str(scale)}
    subprocess.run(command, check=True, env=environment, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
