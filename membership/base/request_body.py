"""The base of what callers send."""

from pydantic import ConfigDict

from api_client.messages.coercion import NoCoercion
from api_client.messages.scan import Message


class RequestBody(NoCoercion, Message):
    """A request body, or a part of one: unknown fields are refused, and nothing is converted.

    ``{"sate": "banned"}`` would be answered with 200 otherwise, and ban nobody.
    """

    model_config = ConfigDict(extra="forbid")
