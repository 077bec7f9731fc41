"""Settings of the membership service: read once at start, then frozen."""

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SQLITE_FILE_NAME = "membership.sqlite3"


def _default_data_dir() -> Path:
    """The user's own data folder, where the operating system keeps such things."""
    return Path(platformdirs.user_data_dir("walletdesk", appauthor=False))


class ServiceSettings(BaseSettings):
    """What the service is told from outside: environment variables named ``WALLETDESK_*``."""

    model_config = SettingsConfigDict(env_prefix="WALLETDESK_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Folder of the SQLite file and of whatever else the service keeps.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="SQLAlchemy URL (sqlite:///... or postgresql://...); "
        "by default one SQLite file in data_dir.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8710, description="Port to listen on; 0 takes any free one."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged to standard error."
    )
    pool_size: Annotated[int, Field(ge=1, le=200)] = Field(
        10, description="Database connections kept open."
    )
    pool_overflow: Annotated[int, Field(ge=0, le=200)] = Field(
        10, description="Further connections opened under load."
    )
    busy_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        5.0, description="How long a request waits for the database before it answers 503."
    )
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(
        2 * 1024 * 1024, description="Largest request body, in bytes (photos are the largest)."
    )
    sqlite_max_pages: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Upper limit of the SQLite file in pages of 4 KiB; none by default."
    )
    seen_recently_minutes: Annotated[int, Field(ge=0)] = Field(
        90, description="A visit at most this many minutes ago is pointed out at the desk."
    )
    time_zone: str = Field(
        "UTC", description="IANA time zone of the organization made at the first start."
    )

    def url(self) -> str:
        """SQLAlchemy URL of the database, password included."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.data_dir / SQLITE_FILE_NAME).as_posix()}"
