"""Paths that begin with an organization's name, told from the service's own by their first part."""

import re

from starlette.convertors import Convertor, register_url_convertor

from membership.accounts.organizations import RESERVED_SEGMENTS


class OrganizationName(Convertor[str]):
    """The name of an organization in a path: anything but what the service's own paths begin with.

    Else each path of the API with three parts would be found here, and answered as a wrong method.
    """

    regex = rf"(?!(?:{'|'.join(map(re.escape, sorted(RESERVED_SEGMENTS)))})/)[^/]+"

    def convert(self, value: str) -> str:
        """The name as it stands."""
        return value

    def to_string(self, value: str) -> str:
        """The name as it stands."""
        return value


register_url_convertor("organization", OrganizationName())

DESIGN = "/{organization:organization}/{design}"
"""Below this lies what belongs to a design."""
PAGE = f"{DESIGN}/{{customer_id:uuid}}"
"""The install page."""
