"""The jobs of the service, in one list."""

from membership.background import Job

JOBS: tuple[Job, ...] = ()
"""Everything that ``membership.background`` runs beside the answering of requests."""
