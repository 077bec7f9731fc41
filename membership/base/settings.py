"""Settings of the membership service: read once at start, then frozen."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import EmailStr, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from membership.base.addresses import Network, parse_networks
from membership.base.idn import unicode_host
from membership.rules.instants import zone_named

SQLITE_FILE_NAME = "membership.sqlite3"

_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z][a-z0-9_-]*", re.ASCII | re.IGNORECASE)
"""A host's name; its last part begins with a letter, which no address in figures does."""


def _default_data_dir() -> Path:
    """The user's own data folder, where the operating system keeps such things."""
    return Path(platformdirs.user_data_dir("walletdesk", appauthor=False))


class ServiceSettings(BaseSettings):
    """Settings from outside: environment variables named ``WALLETDESK_*``."""

    model_config = SettingsConfigDict(env_prefix="WALLETDESK_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Folder of the SQLite file and of whatever else the service keeps.",
    )
    database_url: Annotated[
        str | None,
        Field(
            repr=False,
            description="SQLAlchemy URL (sqlite:///... or postgresql://...); "
            "by default one SQLite file in data_dir.",
        ),
    ] = None
    group_reads: Annotated[
        bool,
        Field(
            description="Whether the group of the data folder may read it, such as for a program "
            "that copies it; keys and mails stay the owner's alone."
        ),
    ] = False
    secret_key: Annotated[
        SecretStr | None,
        Field(
            description="Encrypts stored secrets: 32 bytes in URL-safe base64; by default a "
            "key in data_dir. The same for all processes on one database."
        ),
    ] = None
    host: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    ] = 8710
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="Least severity that is logged to standard error."),
    ] = "info"
    pool_size: Annotated[
        int, Field(ge=1, le=200, description="Database connections kept open.")
    ] = 10
    pool_overflow: Annotated[
        int, Field(ge=0, le=200, description="Further connections opened under load.")
    ] = 10
    busy_timeout_seconds: Annotated[
        float,
        Field(gt=0, le=60, description="How long a request waits for the database before a 503."),
    ] = 5.0
    max_body_bytes: Annotated[
        int, Field(ge=1024, description="Largest request body, in bytes; photos are the largest.")
    ] = 2 * 1024 * 1024
    max_import_bytes: Annotated[
        int, Field(ge=1024, description="Largest file of an import, in bytes.")
    ] = 512 * 1024 * 1024
    import_timeout_seconds: Annotated[
        float, Field(gt=0, description="How long the file of an import may take to arrive.")
    ] = 3600.0
    request_timeout_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=600,
            description="How long the head of a request, and then its body, may take to arrive.",
        ),
    ] = 30.0
    key_requests_per_second: Annotated[
        float,
        Field(ge=0, description="Requests that a key or session may send for long; 0: no limit."),
    ] = 50.0
    key_burst: Annotated[
        int, Field(ge=1, description="Requests that a key or session may send at once.")
    ] = 200
    failures_per_second: Annotated[
        float,
        Field(
            ge=0,
            description="Requests without a good key that one address may send for long; "
            "0: no limit.",
        ),
    ] = 10.0
    failures_burst: Annotated[
        int,
        Field(ge=1, description="Requests without a good key that one address may send at once."),
    ] = 50
    trusted_proxies: Annotated[
        tuple[Network, ...],
        NoDecode,
        Field(
            description="Networks of the proxies whose X-Forwarded-For is believed, parted by "
            "commas (10.0.0.0/8, ::1); by default nobody's."
        ),
    ] = ()
    allowed_hosts: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(
            description="Names of hosts, parted by commas, under which the service may be asked "
            "on a loopback address, beside localhost, 127.0.0.1, [::1] and the host of "
            "public_url; *: any."
        ),
    ] = ()
    metrics_key: Annotated[
        SecretStr | None,
        Field(
            min_length=16,
            description="Bearer token that reads /metrics; without it only the listener of "
            "metrics_port answers.",
        ),
    ] = None
    metrics_host: Annotated[str, Field(description="Address of the listener of metrics_port.")] = (
        "127.0.0.1"
    )
    metrics_port: Annotated[
        int | None,
        Field(
            ge=0,
            le=65535,
            description="Port of a listener that answers /metrics without a key, and nothing "
            "else but /healthz and /readyz; 0 takes any free one, none by default.",
        ),
    ] = None
    max_connections: Annotated[
        int,
        Field(
            ge=16,
            description="Connections that are open at once; fewer where the system allows a "
            "process fewer files.",
        ),
    ] = 4000
    max_connections_per_address: Annotated[
        int,
        Field(
            ge=8,
            description="Connections that one address, or one /64 of IPv6, has open at once; "
            "trusted proxies may have all.",
        ),
    ] = 256
    session_hours: Annotated[
        float, Field(gt=0, le=720, description="How long a sign-in of staff lasts at most.")
    ] = 12.0
    session_idle_minutes: Annotated[
        float,
        Field(ge=2, le=43200, description="A sign-in of staff ends when unused for so long."),
    ] = 60.0
    public_url: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
            description="Address under which people reach the service, for links in mails; "
            "without it a mail holds the token to paste only.",
        ),
    ] = None
    smtp_host: Annotated[
        str | None,
        Field(description="Mail server; without one, mails are written to data_dir/mail."),
    ] = None
    smtp_port: Annotated[
        int | None,
        Field(ge=1, le=65535, description="By default 587 (starttls), 465 (implicit), 25 (none)."),
    ] = None
    smtp_tls: Annotated[
        Literal["starttls", "implicit", "none"],
        Field(description="How the connection to the mail server is encrypted."),
    ] = "starttls"
    smtp_ca_file: Annotated[
        Path | None,
        Field(
            description="Certificates that the mail server's is checked with (PEM); by "
            "default those of the system."
        ),
    ] = None
    smtp_user: Annotated[str | None, Field(description="Name to sign in with, if needed.")] = None
    smtp_password: Annotated[SecretStr | None, Field(description="Password of smtp_user.")] = None
    mail_from: Annotated[
        EmailStr | None,
        Field(description="Sender of mails; by default no-reply@localhost, which few take."),
    ] = None
    public_mail_domains: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(
            description="Further mail domains that no company may have, parted by commas, since "
            "anybody can have an address there, domains below them included; with a dash before it "
            "(-example.com) one of the list that a company may have."
        ),
    ] = ()
    webhook_allow_http: Annotated[
        bool, Field(description="Whether webhooks may go to http:// addresses, unencrypted.")
    ] = False
    webhook_allowed_private: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(
            description="Hosts and networks that webhooks may go to although they are not public, "
            "parted by commas (10.20.0.0/16, hooks.internal); http:// is allowed there too."
        ),
    ] = ()
    webhook_ports: Annotated[
        tuple[Annotated[int, Field(ge=1, le=65535)], ...],
        NoDecode,
        Field(
            description="Ports that new webhooks may have, parted by commas; hosts of "
            "webhook_allowed_private may have any."
        ),
    ] = (80, 443, 8443)
    webhook_timeout_seconds: Annotated[
        float,
        Field(gt=0, le=60, description="How long one delivery of a webhook may take altogether."),
    ] = 10.0
    outbound_timeout_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=60,
            description="How long a request waits for another service (Google, Stripe) "
            "altogether before a 503.",
        ),
    ] = 20.0
    apns_url: Annotated[
        str,
        Field(
            pattern=r"^https://[^\s/?#]+$",
            description="Apple's push service; passes are known to the production one only.",
        ),
    ] = "https://api.push.apple.com"
    apns_ca_file: Annotated[
        Path | None,
        Field(
            description="Certificates that the push service's is checked with (PEM); by default "
            "those of the system."
        ),
    ] = None
    phone_failures_burst: Annotated[
        int,
        Field(
            ge=1,
            description="Like failures_burst, for phones that ask for their cards and visitors of "
            "public pages: a whole club may share one address.",
        ),
    ] = 1000
    event_retention_days: Annotated[
        int,
        Field(ge=1, description="How long events are kept, once delivered to all endpoints."),
    ] = 30
    dead_letter_retention_days: Annotated[
        int, Field(ge=1, description="How long deliveries that were given up can be replayed.")
    ] = 90
    import_file_days: Annotated[
        int,
        Field(ge=1, description="How long the file of an import is kept after the import ended."),
    ] = 7
    least_free_bytes: Annotated[
        int,
        Field(
            ge=0, description="With less free on the disk of a SQLite file, /readyz says not ready."
        ),
    ] = 64 * 1024 * 1024
    sqlite_max_pages: Annotated[
        int | None,
        Field(ge=1, description="Upper limit of the SQLite file in pages of 4 KiB, or none."),
    ] = None
    seen_recently_minutes: Annotated[
        int,
        Field(ge=0, description="A visit at most this many minutes ago is pointed out."),
    ] = 90
    live_card_offline_minutes: Annotated[
        int,
        Field(
            ge=5,
            le=1440,
            description="For how long ahead a phone is given the codes of a live card, and so for "
            "how long it shows the card without network.",
        ),
    ] = 240
    old_codes_days: Annotated[
        int,
        Field(ge=0, le=3650, description="Days for which codes of before aliases are taken."),
    ] = 90
    permission_max_age_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=86400,
            description="How long other systems may keep an answer about a permission.",
        ),
    ] = 60
    google_wallet_url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^\s/?#]+/?$",
            description="Where Google Wallet's API is reached; another one is for tests only.",
        ),
    ] = "https://walletobjects.googleapis.com"
    stripe_url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^\s/?#]+$",
            description="Where Stripe's API is reached; another one is for tests only.",
        ),
    ] = "https://api.stripe.com"
    time_zone: Annotated[
        str, Field(description="IANA time zone of the organization made at the first start.")
    ] = "UTC"

    @field_validator("webhook_ports", mode="before")
    @classmethod
    def _ports(cls, given: Any) -> Any:
        """Read ports parted by commas."""
        return tuple(filter(None, re.split(r"[,\s]+", given))) if isinstance(given, str) else given

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, given: Any) -> Any:
        """Read networks parted by commas."""
        return parse_networks(given)

    @field_validator("public_mail_domains")
    @classmethod
    def _spelled_domains(cls, domains: tuple[str, ...]) -> tuple[str, ...]:
        """Spell domains as they are stored. Raises ValueError for what is none."""
        return tuple(
            ("-" if each.startswith("-") else "") + unicode_host(each.removeprefix("-"))
            for each in domains
        )

    @field_validator(
        "webhook_allowed_private", "allowed_hosts", "public_mail_domains", mode="before"
    )
    @classmethod
    def _hosts(cls, given: Any) -> Any:
        """Read hosts and networks parted by commas."""
        return tuple(filter(None, re.split(r"[,\s]+", given))) if isinstance(given, str) else given

    @field_validator("webhook_allowed_private")
    @classmethod
    def _plain_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is neither a network nor a host's name."""
        for each in hosts:
            if not _HOST.fullmatch(each):
                ip_network(each)
        return tuple(each.lower() for each in hosts)

    @field_validator("allowed_hosts")
    @classmethod
    def _bare_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is no host's name, such as one with a port."""
        for each in hosts:
            if each != "*" and not _HOST.fullmatch(each.removesuffix(".")):
                ip_address(each)
        return tuple(each.lower().removesuffix(".") for each in hosts)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        """Refuse a time zone that does not exist."""
        return zone_named(name).key

    def url(self) -> URL:
        """URL of the database, password included.

        Raises ValueError if ``database_url`` is none.
        """
        if self.database_url is None:
            return URL.create("sqlite", database=str(self.data_dir / SQLITE_FILE_NAME))
        try:
            return make_url(self.database_url)
        except ArgumentError as error:
            # The text itself may hold a password.
            raise ValueError("database_url is not a URL such as postgresql://host/name") from error
