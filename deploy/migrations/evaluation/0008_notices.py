"""Evaluation keeps what subscribers are told of its outcomes, what it said before among it."""

from datetime import UTC, datetime

from alembic.operations import Operations
from sqlalchemy import BigInteger, Column, DateTime, Index, column, literal, select, table, text

from shared.storage.revisions import COUNTED, instant, word

revision = "0008"
down_revision = "0007"

TYPES = tuple(f"eng.evaluation.{name}.v1" for name in ("outcome_recorded", "goal_assessed", "fact_retracted"))
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When what was said before was recorded, as far as anybody knows here."""


def upgrade(op: Operations) -> None:
    """Notices without numbers: whoever reads first gives them theirs."""
    unnumbered = text("n IS NULL")
    op.create_table(
        "notice",
        Column("seq", COUNTED, primary_key=True),
        word("id", unique=True),
        Column("n", BigInteger(), nullable=True, unique=True),
        word("line", index=True),
        word("type"),
        instant("at", index=True),
        word("body"),
        Index("ix_notice_unnumbered", "seq", sqlite_where=unnumbered, postgresql_where=unnumbered),
    )
    op.create_table("numbering", word("name", primary_key=True), Column("last", BigInteger(), nullable=False))
    fact = table("fact", *(column(name) for name in ("seq", "id", "line", "type", "body")))
    notice = table("notice", *(column(name) for name in ("id", "line", "type", "at", "body")))
    at = literal(LONG_AGO, DateTime(timezone=True))
    told = select(fact.c.id, fact.c.line, fact.c.type, at, fact.c.body).where(fact.c.type.in_(TYPES))
    op.execute(notice.insert().from_select(["id", "line", "type", "at", "body"], told.order_by(fact.c.seq)))
