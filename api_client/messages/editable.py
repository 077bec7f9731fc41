"""Messages about what can be edited, with the state that was received."""

from pydantic import PrivateAttr

from api_client.messages.scan import Message


class Editable(Message):
    """What can be edited; ``etag`` names the state that was received, empty for none."""

    _etag: str = PrivateAttr(default="")

    @property
    def etag(self) -> str:
        """Return the ETag of the answer that this came with; empty if it had none."""
        return self._etag

    def received(self, etag: str) -> None:
        """Store the ETag of the answer that this came with."""
        self._etag = etag
