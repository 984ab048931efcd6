"""Followup keeps which letters it means to send, each attempt to send one, and what people want to be written."""

from alembic.operations import Operations

from shared.storage.revisions import instant, number, word

revision = "0006"
down_revision = "0005"


def upgrade(op: Operations) -> None:
    """Letters, attempts and choices."""
    op.create_table(
        "letter",
        word("letter_id", primary_key=True),
        word("kind"),
        word("person_id", index=True),
        word("about"),
        instant("intended_at", index=True),
        instant("expires_at"),
        word("state", index=True),
        instant("next_at", nullable=True, index=True),
        number("tries"),
        word("why"),
        word("stop", unique=True),
    )
    op.create_table(
        "attempt",
        word("letter_id", primary_key=True),
        number("n", primary_key=True),
        instant("at"),
        word("outcome"),
        number("code", nullable=True),
        word("why"),
    )
    op.create_table("choice", word("person_id", primary_key=True), word("document"))
