"""The base of what callers send."""

from pydantic import ConfigDict

from api_client.messages.scan import Message


class RequestBody(Message):
    """A request body, or a part of one: unknown fields are refused, not ignored.

    ``{"sate": "banned"}`` would be answered with 200 otherwise, and ban nobody.
    """

    model_config = ConfigDict(extra="forbid")
