"""Evaluation keeps how often somebody who is interviewed was called in vain."""

from alembic.operations import Operations

from shared.storage.revisions import instant, number, word

revision = "0015"
down_revision = "0014"


def upgrade(op: Operations) -> None:
    """Calls that were tried."""
    op.create_table("call_tried", word("invitation_id", primary_key=True), number("n", primary_key=True), instant("at"))
