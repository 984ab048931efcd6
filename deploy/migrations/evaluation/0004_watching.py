"""Evaluation keeps whom it watches after the window, what may be a sign of change, and what it proposed."""

from alembic.operations import Operations

from shared.storage.revisions import day, instant, word

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """Watched teams, signs, proposals, and lines that were not looked at yet."""
    op.create_table(
        "watched",
        word("engagement_id", primary_key=True),
        word("team_id", primary_key=True),
        word("jurisdiction", index=True),
        word("document"),
    )
    op.create_table(
        "sign",
        word("line", primary_key=True),
        word("kind", primary_key=True),
        word("what", primary_key=True),
        word("jurisdiction", index=True),
        word("document"),
    )
    op.create_table(
        "proposal",
        word("engagement_id", primary_key=True),
        word("outcome_id", primary_key=True, index=True),
        word("state"),
        day("seen_on"),
        word("document"),
    )
    op.create_table("stirred", word("line", primary_key=True), instant("since"))
