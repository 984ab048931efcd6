"""People sign in at a provider: attempts that are under way, and whom its subjects are here."""

from alembic.operations import Operations
from sqlalchemy import UniqueConstraint

from shared.storage.revisions import instant, word

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """Hashes and ids, and the address of the provider; no name, no address of a person."""
    op.create_table("sign_in_attempt", word("hash", primary_key=True), instant("expires_at"))
    op.create_table(
        "identity",
        word("hash", primary_key=True),
        word("issuer"),
        word("person_id", index=True),
        instant("since"),
        UniqueConstraint("issuer", "person_id", name="uq_identity_person"),
    )
