"""The tables of evaluation as they were before there were migrations."""

from alembic.operations import Operations

from shared.storage.revisions import day, every_service_0001, ledger_0001, word

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """The ledger of its rounds, answers, outcomes, goals."""
    every_service_0001(op)
    ledger_0001(op)
    op.create_table(
        "answer",
        word("round_id", primary_key=True),
        word("answer_id", primary_key=True, index=True),
        word("team_id", nullable=True),
        word("document"),
    )
    op.create_table(
        "outcome",
        word("engagement_id", primary_key=True),
        word("outcome_id", primary_key=True, index=True),
        word("level"),
        word("jurisdiction", nullable=True),
        word("goal_id", nullable=True),
        day("seen_on"),
        word("document"),
    )
    op.create_table(
        "goal",
        word("engagement_id", primary_key=True),
        word("goal_id", primary_key=True, index=True),
        word("level"),
        word("verdict", nullable=True),
        word("document"),
    )
