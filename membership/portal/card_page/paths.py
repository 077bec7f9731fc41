"""Paths that begin with an organization's name instead of a reserved first segment."""

import re

from starlette.convertors import Convertor, register_url_convertor

from membership.accounts.organizations import RESERVED_SEGMENTS


class OrganizationName(Convertor[str]):
    """The slug of an organization in a path: any segment that the service does not reserve.

    Otherwise every path of the API with three segments would match here, and a wrong method on it
    would be answered by this route.
    """

    regex = rf"(?!(?:{'|'.join(map(re.escape, sorted(RESERVED_SEGMENTS)))})/)[^/]+"

    def convert(self, value: str) -> str:
        """Return the slug unchanged."""
        return value

    def to_string(self, value: str) -> str:
        """Return the slug unchanged."""
        return value


register_url_convertor("organization", OrganizationName())

DESIGN = "/{organization:organization}/{design}"
"""Prefix of the paths of a design."""
PAGE = f"{DESIGN}/{{customer_id:uuid}}"
"""Path of the page of a card."""
