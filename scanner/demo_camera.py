"""A simulated camera: wallet cards that are held up one after another.

Each card of a deck enters from below, is held by a slightly moving hand, and leaves; between two
cards the view is empty, after the first round for longer. The same deck gives the same frames.
"""

import math
from pathlib import Path

import numpy as np

from scanner.demo_card import load_deck, phone_with_card
from scanner.demo_scene import HEIGHT, WIDTH, Pose, SensorNoise, glare_spot, place, reception
from scanner.picture import Image
from scanner.source import Pace, SourceEnded

GAP_S = 0.8
"""Empty view before each card and after the last, in seconds."""

LATER_GAP_S = 12.0
"""Empty view before each card once every card was shown: time to look around."""

ENTER_S, HOLD_S, LEAVE_S = 0.3, 0.7, 0.2
SHOWN_S = ENTER_S + HOLD_S + LEAVE_S

GLARE_SIDE = 360
PHONE_SCALE = 0.82
BELOW_VIEW = HEIGHT + 420.0
"""Height of a phone's middle when it is out of view, in pixels from the top."""

BLUR_SHARE = 0.25
"""Share of the time between two frames for which the shutter is open."""


class DemoCamera:
    """Frames of 1280x720, BGR, at the given rate; ``loop`` repeats the deck."""

    live = False

    def __init__(self, deck_path: Path, loop: bool, fps: int) -> None:
        """Load the deck. Raises SourceError if it is not valid."""
        deck = load_deck(deck_path)
        self._fps = fps
        self._loop = loop
        self._random = np.random.default_rng(7)
        self._scene = reception(self._random)
        self._noise = SensorNoise(self._random)
        self._glare = glare_spot(GLARE_SIDE)
        self._phones = [
            phone_with_card(card, deck.title, number) for number, card in enumerate(deck.cards)
        ]
        self._pace = Pace(fps)
        self._number = 0
        self._gap_s = GAP_S

    @property
    def length_s(self) -> float:
        """How long the present round of the deck takes, in seconds."""
        return len(self._phones) * (self._gap_s + SHOWN_S) + GAP_S

    def due_s(self) -> float:
        """Return when the next frame is due."""
        return self._pace.due_s()

    def read(self) -> Image:
        """Return the next frame. Raises SourceEnded after the deck was shown once."""
        at_s = self._number / self._fps
        if at_s >= self.length_s:
            if not self._loop:
                raise SourceEnded("the demo deck")
            self._number, at_s, self._gap_s = 0, 0.0, LATER_GAP_S
        self._number += 1
        self._pace.shown()
        return self.render(at_s)

    def render(self, at_s: float) -> Image:
        """Return the frame at ``at_s`` seconds from the start of the round."""
        frame = self._scene.copy()
        number, since_s = divmod(at_s, self._gap_s + SHOWN_S)
        shown_s = since_s - self._gap_s
        if int(number) < len(self._phones) and shown_s >= 0:
            pose = pose_at(int(number), shown_s, self._fps)
            phone, mask = self._phones[int(number)]
            place(frame, phone, mask, pose, self._glare)
        self._noise.add_to(frame, self._random)
        return frame

    def close(self) -> None:
        """Do nothing: no resource is open."""


def pose_at(number: int, shown_s: float, fps: float) -> Pose:
    """Return the pose of card ``number``, ``shown_s`` seconds after it began to enter the view."""
    habit = np.random.default_rng(1000 + number)
    rest_x, rest_y = WIDTH / 2 + habit.uniform(-170, 170), HEIGHT / 2 + habit.uniform(-20, 45)
    turn, tilt_x, tilt_y = (
        habit.uniform(-14, 14),
        habit.uniform(-0.1, 0.1),
        habit.uniform(-0.1, 0.1),
    )
    way = _way_in(shown_s)
    speed = abs(way - _way_in(shown_s - 1.0 / fps)) * (BELOW_VIEW - rest_y)
    sway = math.sin(2 * math.pi * 1.3 * shown_s + number)
    return Pose(
        x=rest_x + 5 * sway,
        y=BELOW_VIEW + (rest_y - BELOW_VIEW) * way + 4 * math.cos(5 * shown_s + number),
        scale=PHONE_SCALE * (1 + 0.015 * sway) * habit.uniform(0.9, 1.08),
        turn=turn + 1.2 * sway + 16 * (1 - way),
        tilt_x=tilt_x + 0.01 * sway,
        tilt_y=tilt_y,
        blur=speed * BLUR_SHARE,
    )


def _way_in(shown_s: float) -> float:
    """Return how far a card is in view: 0 below the edge, 1 at rest, eased at both ends."""
    if shown_s < ENTER_S:
        share = max(0.0, shown_s / ENTER_S)
    else:
        share = min(1.0, max(0.0, (SHOWN_S - shown_s) / LEAVE_S))
    return share * share * (3 - 2 * share)
