"""Sounds on a real playback device without a speaker, and on a PC without a sound card."""

import miniaudio
import pytest

from kiosk.sounds import Sounds
from kiosk.style import Tone

NULL = [miniaudio.Backend.NULL]


@pytest.fixture
def sounds() -> Sounds:
    return Sounds(backends=NULL)


def test_every_verdict_can_be_heard(sounds: Sounds) -> None:
    assert sounds.problem == ""
    for tone in Tone:
        sounds.play(tone.value)
        assert sounds.problem == ""
    sounds.close()
    sounds.play(Tone.ACTIVE.value)


def test_an_unknown_sound_is_a_mistake(sounds: Sounds) -> None:
    with pytest.raises(ValueError, match="trumpet"):
        sounds.play("trumpet")
    sounds.close()


def test_no_device_is_said_and_survived() -> None:
    silent = Sounds(backends=[miniaudio.Backend.JACK])
    assert silent.problem.startswith("No sound")
    silent.play(Tone.ACTIVE.value)
    silent.close()
