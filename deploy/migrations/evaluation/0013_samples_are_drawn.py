"""Evaluation keeps how samples were drawn and who came instead of whom, and asks nobody twice, nor who was erased."""

from alembic.operations import Operations

from shared.storage.revisions import instant, number, word

revision = "0013"
down_revision = "0012"


def upgrade(op: Operations) -> None:
    """Draws, who was erased, and why somebody else is asked."""
    op.add_column("invitation", word("why", nullable=True))
    op.create_index("ux_invitation_once", "invitation", ["round_id", "person_id", "team_id"], unique=True)
    op.create_table(
        "draw",
        word("round_id", primary_key=True),
        number("n", primary_key=True),
        instant("drawn_at"),
        word("document"),
    )
    op.create_table("forgotten", word("person_id", primary_key=True))
