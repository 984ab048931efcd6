"""Evaluation looks once at what was recorded before it watched anything."""

from datetime import UTC, datetime

from alembic.operations import Operations
from sqlalchemy import DateTime, column, literal, select, table

revision = "0005"
down_revision = "0004"

SIGNS = ("eng.intake.team_formed.v1", "eng.intake.ta_request_logged.v1")
"""Without one of these facts a line has neither a team to watch nor a sign."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when it waits: before all that is said from now on."""


def upgrade(op: Operations) -> None:
    """Stir every line that may have a team to watch, or a sign; the rows follow when they are looked at."""
    fact, stirred = table("fact", column("line"), column("type")), table("stirred", column("line"), column("since"))
    since = literal(LONG_AGO, DateTime(timezone=True))
    waiting = select(stirred.c.line)
    lines = select(fact.c.line, since).where(fact.c.type.in_(SIGNS), fact.c.line.not_in(waiting)).distinct()
    op.execute(stirred.insert().from_select(["line", "since"], lines))
