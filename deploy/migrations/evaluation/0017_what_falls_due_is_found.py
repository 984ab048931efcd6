"""Evaluation finds what falls due next without sorting all that falls due with it."""

from alembic.operations import Operations

from shared.storage.revisions import ledger_0003

revision = "0017"
down_revision = "0016"


def upgrade(op: Operations) -> None:
    """An index in the order in which obligations are claimed, for the one by time alone."""
    ledger_0003(op)
