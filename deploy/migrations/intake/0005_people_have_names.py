"""Intake keeps the directory of people, and remembers who was erased from it."""

from alembic.operations import Operations

from shared.storage.revisions import flag, instant, word

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    """For pages and mails, which name people that facts know by an id only."""
    op.create_table(
        "person",
        word("person_id", primary_key=True),
        word("name"),
        word("address", nullable=True),
        word("address_key", nullable=True, index=True),
        word("zone", nullable=True),
        word("language", nullable=True),
        flag("left"),
    )
    op.create_table("erased_person", word("person_id", primary_key=True), instant("erased_at"))
