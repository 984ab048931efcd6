"""Intake knows whose each engagement is, and where what stands outside of them belongs."""

from alembic.operations import Operations

from shared.storage.revisions import every_service_0004

revision = "0006"
down_revision = "0005"


def upgrade(op: Operations) -> None:
    """What was recorded before is looked at when the service starts."""
    every_service_0004(op)
