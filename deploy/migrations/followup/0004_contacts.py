"""Followup keeps whom somebody reached out to, and who asked not to be contacted."""

from alembic.operations import Operations

from shared.storage.revisions import instant, number, word

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """Contacts, consents, and whose contacts are being counted."""
    op.create_table(
        "contact",
        word("task_id", primary_key=True),
        number("n", primary_key=True),
        word("kind", primary_key=True),
        word("team_id", primary_key=True),
        word("person_id", primary_key=True, index=True),
        word("engagement_id", index=True),
        word("jurisdiction", nullable=True, index=True),
        instant("at"),
        word("document"),
    )
    op.create_table(
        "consent",
        word("engagement_id", primary_key=True),
        word("person_id", primary_key=True),
        word("team_id", primary_key=True),
        word("about", primary_key=True),
        word("document"),
    )
    op.create_table("counted", word("who", primary_key=True), number("times"))
