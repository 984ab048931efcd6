"""Evaluation asks people: forms, invitations, and the hashes of the links that lead to them."""

from alembic.operations import Operations

from shared.storage.revisions import instant, word

revision = "0011"
down_revision = "0010"


def upgrade(op: Operations) -> None:
    """The form of each round, who is asked in it, and by which secrets they come."""
    op.create_table("form", word("round_id", primary_key=True), word("instrument"), word("additions", nullable=True))
    op.create_table(
        "invitation",
        word("invitation_id", primary_key=True),
        word("round_id", index=True),
        word("engagement_id", index=True),
        word("person_id", nullable=True, index=True),
        word("team_id", nullable=True),
        word("state"),
    )
    op.create_table(
        "form_link",
        word("hashed", primary_key=True),
        word("invitation_id", index=True),
        instant("made_at"),
        word("language", nullable=True),
        word("typed", nullable=True),
    )
