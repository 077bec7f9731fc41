"""Purges the ids of used tokens once the tokens are too old to be accepted again."""

from datetime import timedelta

from membership.portal.site_login.tokens import MAX_SECONDS
from membership.store.background import Work
from membership.store.models import EmbedToken
from membership.store.purge import Expired, purge_job, purge_tables


def purge(work: Work) -> bool:
    """Delete a chunk of ids that are no longer needed; True if there may be more."""
    before = work.clock() - timedelta(seconds=MAX_SECONDS)
    return purge_tables(work, Expired(EmbedToken, EmbedToken.expires_at <= before))


TOKEN_PURGE_JOB = purge_job("embed_token_upkeep", purge)
"""See ``membership.jobs``."""
