"""The outbox of followup counts how often a letter was told again; streams are remembered."""

from alembic.operations import Operations

from shared.storage.revisions import every_service_0002

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """For the reconciler of the bus."""
    every_service_0002(op)
