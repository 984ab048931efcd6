"""What one service asks another of an engagement, to show it: the buy-in gate, and what would be due otherwise.

Followup hears of everything, so it can tell; intake shows what another policy would change, sessions what moves with
a session.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.bus.asking import Words
from shared.errors import Refused
from shared.events import wire
from shared.events.base import EngagementId, Fact
from shared.events.intake import Document
from shared.playbooks.differing import Compared
from shared.playbooks.gate import Gate

log = structlog.get_logger()

T = TypeVar("T", bound=BaseModel)
KEEPER = "followup"
GATE, WHAT_IF, IF_SAID = "gate", "what_if", "if_said"
"""What it is asked for."""
Asks = Callable[[str, str, Words], Awaitable[Words | None]]
"""Puts a question to a service; None where it does not answer."""


class OfGate(BaseModel):
    """What do the teams of this engagement lack?"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    engagement_id: EngagementId


class OfPolicy(OfGate):
    """What would be owed otherwise in this engagement, if this playbook ruled it from now on?"""

    document: Document


class OfFacts(OfGate):
    """What would be owed otherwise in this engagement, if these facts were said?"""

    facts: Annotated[list[dict[str, Any]], Field(max_length=20)]


async def gate(asks: Asks, engagement_id: str) -> Gate | None:
    """What the teams of an engagement lack; none where that is not known here and now."""
    return await _told(asks, GATE, OfGate(engagement_id=engagement_id), Gate)


async def what_if(asks: Asks, engagement_id: str, document: str) -> Compared | None:
    """What would be owed otherwise; none where that is not known here and now."""
    return await _told(asks, WHAT_IF, OfPolicy(engagement_id=engagement_id, document=document), Compared)


async def if_said(asks: Asks, engagement_id: str, facts: Sequence[Fact]) -> Compared | None:
    """What would be owed otherwise if these facts were said; none where that is not known here and now."""
    told = [wire.document(fact) for fact in facts]
    return await _told(asks, IF_SAID, OfFacts(engagement_id=engagement_id, facts=told), Compared)


async def _told(asks: Asks, what: str, question: BaseModel, told: type[T]) -> T | None:
    try:
        answer = await asks(KEEPER, what, question.model_dump(mode="json"))
        return None if answer is None else told.model_validate(answer)
    except (Refused, ValidationError) as error:
        log.info("not_told", what=what, why=type(error).__name__)
        return None
