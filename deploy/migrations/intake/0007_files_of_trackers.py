"""Intake remembers how the files of each tracker are read, and how well they passed."""

from alembic.operations import Operations

from shared.storage.revisions import instant, word

revision = "0007"
down_revision = "0006"


def upgrade(op: Operations) -> None:
    """For files of requests: what is in them becomes facts, and is not kept here."""
    op.create_table("tracker_columns", word("source", primary_key=True), word("document"))
    op.create_table(
        "taken_file",
        word("source", primary_key=True),
        word("digest", primary_key=True),
        instant("handed_in_at"),
        word("document"),
    )
