"""Evaluation numbers what has changed, so that data can be taken since a cursor."""

from alembic.operations import Operations
from sqlalchemy import BigInteger, Column

from shared.storage.revisions import number, word

revision = "0014"
down_revision = "0013"


def upgrade(op: Operations) -> None:
    """The lines as they stood when they were numbered last."""
    op.create_table(
        "told_line",
        word("line", primary_key=True),
        number("version"),
        number("ledger_version"),
        Column("n", BigInteger(), nullable=False, index=True),
    )
