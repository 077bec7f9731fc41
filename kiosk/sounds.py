"""Plays the sounds of verdicts. Without a sound card nothing is played, and the desk shows that."""

import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

import resources

from .audio import miniaudio
from .style import Tone

log = structlog.get_logger(__name__)

_ALSA_CARDS = Path("/proc/asound/cards")
_RATE = 22_050


class Sounds:
    """The sounds of all verdicts, decoded once. ``problem`` is why none can be played, or empty.

    ``backends`` are the sound systems to try, by default those of the platform.
    """

    def __init__(
        self, *, muted: bool = False, backends: Sequence[miniaudio.Backend] | None = None
    ) -> None:
        self.muted = muted
        self.problem = ""
        self._samples = {tone: _decoded(tone.value) for tone in Tone}
        self._device: miniaudio.PlaybackDevice | None = None
        if backends is None and not _has_sound_card():
            self.problem = "This PC has no sound card."
            return
        try:
            self._device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=_RATE,
                buffersize_msec=40,
                backends=backends,
                app_name="walletdesk",
            )
        except miniaudio.MiniaudioError as error:
            self.problem = f"No sound: {error}."
            log.warning("no sound", error=str(error))

    def play(self, name: str) -> None:
        """Play the sound of the tone ``name``, ending the one before. Returns at once."""
        if self._device is None or self.muted:
            return
        try:
            if self._device.running:
                self._device.stop()
            stream = miniaudio.stream_raw_pcm_memory(self._samples[Tone(name)], 1, sample_width=2)
            next(stream)
            self._device.start(stream)
        except miniaudio.MiniaudioError as error:
            self.problem = f"No sound: {error}."
            log.warning("sound not played", sound=name, error=str(error))

    def close(self) -> None:
        """Close the sound device."""
        if self._device is not None:
            self._device.close()
            self._device = None


def _decoded(name: str) -> bytes:
    data = resources.path(f"sounds/{name}.wav").read_bytes()
    sound = miniaudio.decode(data, miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=_RATE)
    return bytes(sound.samples)


def _has_sound_card() -> bool:
    """Return whether Linux has a sound card; without one the library floods standard error."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        return "no soundcards" not in _ALSA_CARDS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
