"""The tables of sessions as they were before there were migrations."""

from alembic.operations import Operations

from shared.storage.revisions import day, every_service_0001, instant, number, word

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Sessions, homework, plans."""
    every_service_0001(op)
    op.create_table(
        "session",
        word("engagement_id", primary_key=True),
        word("session_id", primary_key=True, index=True),
        number("number"),
        instant("starts_at"),
        word("state"),
        word("document"),
    )
    op.create_table(
        "homework",
        word("engagement_id", primary_key=True),
        word("homework_id", primary_key=True, index=True),
        word("session_id"),
        day("due_on"),
        word("document"),
    )
    op.create_table(
        "plan",
        word("engagement_id", primary_key=True),
        word("plan_id", primary_key=True, index=True),
        word("team_id"),
        word("state"),
        day("submitted_on"),
        word("document"),
    )
