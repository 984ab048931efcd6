"""What each revision did to the tables that several services have; a service's own revisions say it by name.

What stands here has happened to people's databases: it is never changed, only added to.
"""

from typing import Any

from alembic.operations import Operations
from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, LargeBinary, String, text

from shared.storage.types import UtcDateTime

COUNTED = BigInteger().with_variant(Integer, "sqlite")


def word(name: str, nullable: bool = False, **how: Any) -> Column[str]:
    """A column of text."""
    return Column(name, String(), nullable=nullable, **how)


def number(name: str, nullable: bool = False, **how: Any) -> Column[int]:
    """A column of whole numbers."""
    return Column(name, Integer(), nullable=nullable, **how)


def day(name: str) -> Column[Any]:
    """A column of dates."""
    return Column(name, Date(), nullable=False)


def instant(name: str, nullable: bool = False, **how: Any) -> Column[Any]:
    """A column of instants."""
    return Column(name, UtcDateTime(), nullable=nullable, **how)


def flag(name: str) -> Column[bool]:
    """A column of yes and no."""
    return Column(name, Boolean(), nullable=False)


def every_service_0001(op: Operations) -> None:
    """Facts, lines, outbox, and what was put aside."""
    op.create_table(
        "fact",
        Column("seq", COUNTED, primary_key=True),
        word("id", unique=True),
        word("line", index=True),
        word("type", index=True),
        word("engagement_id"),
        word("retracts", nullable=True, index=True),
        flag("said"),
        flag("ledger"),
        instant("time"),
        word("body"),
    )
    op.create_table(
        "line",
        word("line", primary_key=True),
        number("version"),
        number("ledger_version"),
        word("playbook", nullable=True, index=True),
        instant("look_again_at", nullable=True, index=True),
    )
    unsent = text("sent_at IS NULL")
    op.create_table(
        "outbox",
        Column("seq", COUNTED, primary_key=True),
        word("id", unique=True),
        word("subject"),
        word("body"),
        instant("sent_at", nullable=True),
        Index("ix_outbox_unsent", "seq", sqlite_where=unsent, postgresql_where=unsent),
    )
    op.create_table(
        "aside",
        word("aside_id", primary_key=True),
        word("subject"),
        Column("body", LargeBinary(), nullable=False),
        word("problems"),
        instant("put_at"),
        word("state", index=True),
    )


def ledger_0001(op: Operations) -> None:
    """The obligations of a service that keeps a ledger."""
    op.create_table(
        "obligation",
        word("key", primary_key=True),
        word("line", index=True),
        word("engagement_id", index=True),
        word("kind"),
        word("to"),
        word("team_id", nullable=True),
        word("state"),
        instant("due_at", index=True),
        instant("overdue_at", nullable=True),
        instant("next_at", nullable=True, index=True),
        word("document"),
    )


def ledger_0002(op: Operations) -> None:
    """What is open is found without a look into the documents."""
    columns = ["state", "due_at", "key", "overdue_at", "engagement_id", "to", "line"]
    op.create_index("ix_obligation_open", "obligation", columns)


def ledger_0003(op: Operations) -> None:
    """What falls due next is found without sorting all that falls due at the same instant."""
    # The strongest lock at once: to ask for it later, somebody at work would wait for us and we for them.
    op.drop_index("ix_obligation_next_at", "obligation")
    op.create_index("ix_obligation_next", "obligation", ["next_at", "key"])


def every_service_0002(op: Operations) -> None:
    """How often a letter had to be told again, and what was seen of each stream."""
    op.add_column("outbox", number("again", server_default="0"))
    op.create_table(
        "stream",
        word("stream", primary_key=True),
        instant("created"),
        Column("sequence", BigInteger(), nullable=False),
        word("letter"),
        Column("missing", BigInteger(), nullable=False),
    )


def every_service_0003(op: Operations) -> None:
    """By which state of its playbook each line was planned last."""
    op.add_column("line", number("judged", nullable=True))
    op.create_index("ix_line_ruled", "line", ["playbook", "judged"])


def every_service_0004(op: Operations) -> None:
    """Who holds a seat in which engagement, and where what is outside belongs."""
    op.create_table(
        "seat",
        word("engagement_id", primary_key=True),
        word("person_id", primary_key=True, index=True),
        word("role", primary_key=True),
    )
    op.create_table(
        "place",
        word("line", primary_key=True),
        word("jurisdiction", primary_key=True, index=True),
        word("source", primary_key=True, index=True),
    )
