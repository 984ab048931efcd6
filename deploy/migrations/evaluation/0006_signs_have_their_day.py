"""Evaluation asks its database for the signs after a day, instead of reading all that a state ever showed."""

from alembic.operations import Operations
from sqlalchemy import Column, Date

revision = "0006"
down_revision = "0005"


def upgrade(op: Operations) -> None:
    """The day of each sign; those from before are told by their documents."""
    op.add_column("sign", Column("on", Date(), nullable=True))
