"""Settings of a kiosk, read once at the start.

The command line overrides the environment variables ``WALLETDESK_KIOSK_…``.
"""

from pathlib import Path
from typing import Literal

from pydantic import AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KioskSettings(BaseSettings):
    """Settings of one desk. Frozen; times are in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="WALLETDESK_KIOSK_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    desk: str = Field("Front desk", max_length=80, description="Name of this desk in the record.")
    key: SecretStr | None = Field(None, description="This desk's key for a service elsewhere.")
    camera: str | None = Field(
        None,
        description="Camera index or name, video file, image folder or stream URL; "
        "without it the first camera, or the demo camera where there is none.",
    )
    language: str = Field(
        "system",
        description="Language of the desk, such as en or de; system: as chosen on screen, "
        "at first that of the PC.",
    )
    theme: Literal["system", "light", "dark", "high"] = Field(
        "system", description="Colours of the window; `high` is of high contrast."
    )
    full_screen: bool = Field(False, description="Take up the whole screen.")
    mute: bool = Field(False, description="Play no sounds.")
    deadline_s: float = Field(2.0, gt=0, description="How long the service may take for a scan.")
    roster: bool = Field(
        True,
        description="Keep a sealed list of the members, which answers while a service elsewhere "
        "does not.",
    )
    roster_after_s: float = Field(
        0.4, gt=0, description="How long the service may take before that list answers a scan."
    )
    roster_hours: float = Field(
        24.0, gt=0, description="Of a list older than this many hours, staff decide themselves."
    )
    patience_s: float = Field(
        5.0, gt=0, description="When a scan counts as not checked, whatever hangs."
    )
    away_after_s: float = Field(
        1.0, gt=0, description="A card out of view this long counts as a new scan."
    )
    again_after_s: float | None = Field(
        None, gt=0, description="A card held in view counts again after this time; never if empty."
    )
    hand_scanner_pause_s: float = Field(
        1.0, gt=0, description="The same code from a hand scanner within this time is one scan."
    )
    hand_scanner_prefix: str = Field(
        "", max_length=20, description="What the hand scanner sends before each code."
    )
    hand_scanner_suffix: str = Field(
        "", max_length=20, description="What the hand scanner sends after each code, before Enter."
    )
    scanner: str | None = Field(
        None,
        max_length=200,
        description="Serial port of the hand scanner, such as COM4 or /dev/ttyACM0; "
        "without it, the one that was chosen at the desk (F8).",
    )
    scanner_baud: int = Field(
        9600, ge=300, le=4_000_000, description="Speed of that port; a USB scanner takes any."
    )
    min_show_s: float = Field(
        0.8, ge=0, description="A verdict stays at least this long before the camera's next one."
    )
    staff_idle_s: float = Field(
        300.0, gt=0, description="After so long without anybody, staff are signed out."
    )
    poll_s: float = Field(10.0, gt=0, description="How often the service is asked for its state.")
    door_command: tuple[str, ...] = Field(
        (),
        description="Opens the door after a verdict that lets in: program and arguments as a JSON "
        'list, such as ["/usr/bin/relay", "pulse"]; no shell reads them. Off if empty.',
    )
    door_url: AnyHttpUrl | None = Field(
        None, description="Opens the door likewise: this address gets a POST with the visit."
    )
    door_token: SecretStr = Field(SecretStr(""), description="Bearer token of that request.")
    door_timeout_s: float = Field(
        3.0, gt=0, le=10, description="How long the command or the request may take."
    )
    trace: Path | None = Field(None, description="File for one JSON line per event of a scan.")
    report: Path | None = Field(
        None, description="Folder for a picture of every verdict, and a table at the end."
    )
    exit_after_source: bool = Field(False, description="Stop when the file, folder or demo ends.")
    loop: bool = Field(True, description="Play a file, folder or demo again and again.")
