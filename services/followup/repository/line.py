"""What ledgers said of a line: how its tasks ended, and how its evaluation rounds came and went."""

from sqlalchemy import select

from shared.events import wire
from shared.events.base import Fact
from shared.events.evaluation import (
    EvaluationClosed,
    EvaluationLapsed,
    EvaluationMoved,
    EvaluationOpened,
    EvaluationScheduled,
    EvaluationWithdrawn,
)
from shared.events.followup import ContactSuppressed, FollowUpDone, FollowUpLapsed, FollowUpSkipped
from shared.storage.facts import FACT
from shared.storage.work import Unit

TOLD = tuple(
    one.type
    for one in (
        FollowUpDone, FollowUpSkipped, FollowUpLapsed, ContactSuppressed, EvaluationScheduled, EvaluationMoved,
        EvaluationWithdrawn, EvaluationOpened, EvaluationLapsed, EvaluationClosed,
    )
)  # fmt: skip


async def told(unit: Unit, line: str) -> list[Fact]:
    """All of it, in the order in which this service learned it."""
    query = select(FACT.c.body).where(FACT.c.line == line, FACT.c.type.in_(TOLD)).order_by(FACT.c.seq)
    return [wire.decode(body.encode()) for body in await unit.connection.scalars(query)]
