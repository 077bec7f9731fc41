"""Looks that can be measured: contrast, and colours that colour-blind eyes tell apart."""

import math
from itertools import combinations

import pytest

import resources
from kiosk.style import THEMES, TONES, Theme, Tone

MACHADO = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Machado, Oliveira and Fernandes 2009, severity 1.0, for linear RGB."""

Vector = tuple[float, float, float]


def linear(colour: str) -> Vector:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return r, g, b


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Vector) -> Vector:
    r, g, b = (min(max(c, 0.0), 1.0) for c in rgb)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: str, other: str, eyes: str) -> float:
    """CIE76 colour difference as the given eyes see it; 2.3 is just noticeable."""
    seen = []
    for colour in (one, other):
        rgb = linear(colour)
        r, g, b = (sum(m * c for m, c in zip(row, rgb, strict=True)) for row in MACHADO[eyes])
        seen.append(lab((r, g, b)))
    return math.dist(*seen)


@pytest.mark.parametrize("tone", list(Tone))
def test_the_words_of_a_verdict_can_be_read(tone: Tone) -> None:
    assert contrast(TONES[tone].fill, TONES[tone].ink) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ink", ["ink", "muted", "good", "warn", "bad"])
@pytest.mark.parametrize("ground", ["surface", "raised"])
def test_the_words_around_it_can_be_read(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("eyes", MACHADO)
def test_no_two_verdicts_look_alike(eyes: str) -> None:
    fills = {tone: TONES[tone].fill for tone in Tone}
    closest = min((difference(fills[a], fills[b], eyes), a, b) for a, b in combinations(Tone, 2))
    assert closest[0] >= 12, closest


@pytest.mark.parametrize("eyes", MACHADO)
def test_active_and_expired_are_far_apart(eyes: str) -> None:
    assert difference(TONES[Tone.ACTIVE].fill, TONES[Tone.EXPIRED].fill, eyes) >= 30


def test_every_verdict_has_an_icon_and_a_sound_of_its_own() -> None:
    icons = {resources.path(f"icons/{tone.value}.svg").read_bytes() for tone in Tone}
    sounds = {resources.path(f"sounds/{tone.value}.wav").read_bytes() for tone in Tone}
    assert len(icons) == len(sounds) == len(Tone)


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"icons/none\.svg"):
        resources.path("icons/none.svg")
