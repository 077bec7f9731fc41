"""The job that forgets the ids of tokens which are too old to be shown again."""

from membership.portal.signup.tokens import forget_expired
from membership.store.background import Job, Work


def tidy_up(work: Work) -> bool:
    """Forget them, in one transaction; never more to do at once."""
    with work.database.writers.begin() as session:
        forget_expired(session, work.clock())
    return False


TOKEN_UPKEEP_JOB = Job("embed_token_upkeep", tidy_up, pause_seconds=3600.0)
