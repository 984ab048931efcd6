"""Evaluation finds what is open in its ledger without reading all of it."""

from alembic.operations import Operations

from shared.storage.revisions import ledger_0002

revision = "0010"
down_revision = "0009"


def upgrade(op: Operations) -> None:
    """An index over the columns by which lists are made."""
    ledger_0002(op)
