"""The tables of followup as they were before there were migrations."""

from alembic.operations import Operations

from shared.storage.revisions import every_service_0001, ledger_0001

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """The ledger of its tasks."""
    every_service_0001(op)
    ledger_0001(op)
