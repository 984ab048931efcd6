"""The lines of evaluation remember by which state of their playbook they were planned."""

from alembic.operations import Operations

from shared.storage.revisions import every_service_0003

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    """For a playbook that is published while thousands of lines are busy."""
    every_service_0003(op)
