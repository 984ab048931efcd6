"""Who may come in: accounts, tokens, sign-ins and links."""

from alembic.operations import Operations

from shared.storage.revisions import flag, instant, word

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Ids and hashes; no name, no address."""
    op.create_table(
        "account", word("person_id", primary_key=True), word("roles"), word("jurisdictions"), instant("granted_at")
    )
    op.create_table(
        "token",
        word("token_id", primary_key=True),
        word("hash", unique=True),
        word("label"),
        word("roles"),
        word("jurisdictions"),
        word("source", nullable=True),
        word("person_id", nullable=True),
        flag("reads_only"),
        instant("made_at"),
        instant("expires_at", nullable=True),
        instant("used_at", nullable=True),
        instant("revoked_at", nullable=True),
    )
    op.create_table(
        "sign_in",
        word("hash", primary_key=True),
        word("person_id", index=True),
        instant("since"),
        instant("expires_at"),
    )
    op.create_table("link", word("hash", primary_key=True), word("person_id", index=True), instant("expires_at"))
