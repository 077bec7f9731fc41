"""The token by which a service knows this desk again, after somebody signed in here.

With it wrong tries of others, also of those behind the same network address, do not delay a
sign-in at this desk. It opens nothing by itself, and lies beside the desk's key, readable by its
owner only.
"""

import json
import re
from pathlib import Path

import structlog

from .private_file import write_private

log = structlog.get_logger(__name__)

_TOKEN = re.compile(r"md_[A-Za-z0-9_-]{10,200}\Z")
_MOST = 16
"""Services whose tokens are stored; those before are forgotten."""


class DeskTokenStore:
    """The tokens of this desk, by service. Without a ``folder`` they are kept in memory only.

    ``service`` is the service's URL; empty for the one that the kiosk runs itself, whose port
    changes.
    """

    def __init__(self, folder: Path | None, service: str) -> None:
        self._file = folder / "desk-token.json" if folder is not None else None
        self._service = service
        self._token = self._stored().get(service, "")

    @property
    def token(self) -> str:
        """The token of this desk; empty if nobody has signed in here yet."""
        return self._token

    def save(self, token: str) -> None:
        """Store the token that a service answered, if it is another one.

        A file that cannot be written is logged; until the kiosk ends, the token is known anyway.
        """
        if token == self._token or not _TOKEN.match(token):
            return
        self._token = token
        if self._file is None:
            return
        others = {name: each for name, each in self._stored().items() if name != self._service}
        kept = dict(list(others.items())[1 - _MOST :]) | {self._service: token}
        try:
            write_private(self._file, json.dumps(kept))
        except OSError as error:
            log.warning("desk's token cannot be stored", error=repr(error))

    def _stored(self) -> dict[str, str]:
        """Return the tokens of the file by service; what is none is left out."""
        if self._file is None:
            return {}
        try:
            found = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("desk's token cannot be read", error=repr(error))
            return {}
        if not isinstance(found, dict):
            return {}
        return {
            name: each
            for name, each in found.items()
            if isinstance(each, str) and _TOKEN.match(each)
        }
