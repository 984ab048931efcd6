"""Who was let in no more, and when: addresses of calendars from before that answer nobody."""

from alembic.operations import Operations

from shared.storage.revisions import instant, word

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    """Ids and times; no name, no address."""
    op.create_table("revoked", word("person_id", primary_key=True), instant("at"))
