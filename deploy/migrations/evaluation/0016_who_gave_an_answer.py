"""Evaluation keeps who gave an answer, of those who say that it may be known."""

from alembic.operations import Operations

from shared.storage.revisions import word

revision = "0016"
down_revision = "0015"


def upgrade(op: Operations) -> None:
    """Answers with the person who gave them."""
    op.create_table(
        "linked", word("answer_id", primary_key=True), word("round_id", index=True), word("person_id", index=True)
    )
