"""Make ``resources/sounds``: one short melody per verdict, told apart by rhythm and direction.

Run it after changing a melody: ``python -m tools.make_sounds``. Mono, 16 bit, 22,050 Hz.
"""

import math
import wave
from array import array
from pathlib import Path

RATE = 22_050
PEAK = 0.32
MELODIES: dict[str, tuple[tuple[float, float], ...]] = {
    "active": ((784, 0.08), (1175, 0.14)),
    "attention": ((784, 0.08), (1175, 0.08), (0, 0.04), (1175, 0.12)),
    "expired": ((523, 0.14), (0, 0.03), (349, 0.24)),
    "no_membership": ((440, 0.12), (0, 0.05), (440, 0.12)),
    "not_yet_started": ((523, 0.09), (659, 0.09), (523, 0.14)),
    "blocked": ((220, 0.16), (0, 0.05), (220, 0.16), (0, 0.05), (220, 0.22)),
    "card_revoked": ((659, 0.10), (440, 0.10), (294, 0.20)),
    "unknown_code": ((330, 0.18),),
    "could_not_check": ((587, 0.07), (0, 0.06), (587, 0.07), (0, 0.06), (587, 0.07)),
}
"""Frequency in Hz (0 is a rest) and length in seconds of each note."""


def _note(frequency: float, seconds: float) -> list[float]:
    """A tone with two overtones, a soft attack and a decay, so that it neither clicks nor beeps."""
    count = int(RATE * seconds)
    if not frequency:
        return [0.0] * count
    samples = []
    for index in range(count):
        phase = 2 * math.pi * frequency * index / RATE
        tone = math.sin(phase) + 0.35 * math.sin(2 * phase) + 0.12 * math.sin(3 * phase)
        attack = min(1.0, index / (RATE * 0.006))
        release = min(1.0, (count - index) / (RATE * 0.02))
        samples.append(tone / 1.47 * attack * release * math.exp(-2.2 * index / count))
    return samples


def make(folder: Path) -> None:
    """Write every melody as ``folder/<verdict>.wav``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, notes in MELODIES.items():
        samples = [sample for frequency, length in notes for sample in _note(frequency, length)]
        frames = array("h", (int(32_767 * PEAK * sample) for sample in samples))
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(frames.tobytes())


if __name__ == "__main__":
    make(Path(__file__).parent.parent / "resources" / "sounds")
