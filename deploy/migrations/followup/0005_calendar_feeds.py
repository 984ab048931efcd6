"""Followup keeps the calendar feeds of people."""

from alembic.operations import Operations

from shared.storage.revisions import instant, word

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    """Whose each feed is, the hash of its secret address, and since when it holds what it holds."""
    op.create_table(
        "feed",
        word("feed_id", primary_key=True),
        word("person_id", index=True),
        word("hashed", unique=True),
        instant("made_at"),
        instant("revoked_at", nullable=True),
        word("digest", nullable=True),
        instant("changed_at", nullable=True),
    )
