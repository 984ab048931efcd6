"""Followup keeps which rounds are open, whose people are written to."""

from alembic.operations import Operations

from shared.storage.revisions import instant, number, word

revision = "0009"
down_revision = "0008"


def upgrade(op: Operations) -> None:
    """The rounds that are open."""
    op.create_table(
        "asking",
        word("round_id", primary_key=True),
        number("n"),
        word("engagement_id", index=True),
        word("kind"),
        instant("opened_at"),
        instant("look_at", index=True),
    )
