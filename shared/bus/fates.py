"""What intake asks evaluation: which changes were seen where a request was answered, to tell its tracker."""

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.bus.looking_on import Asks
from shared.errors import Refused
from shared.events.base import EngagementId, Jurisdiction
from shared.seen import Seen

log = structlog.get_logger()

KEEPER, WHAT = "evaluation", "outcomes"
MOST = 100


class OfAnswer(BaseModel):
    """Which changes were seen in this jurisdiction by this engagement?"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    engagement_id: EngagementId
    jurisdiction: Jurisdiction


class AllSeen(BaseModel):
    """The changes, the latest first."""

    outcomes: tuple[Seen, ...]


async def seen(asks: Asks, engagement_id: str, jurisdiction: str) -> tuple[Seen, ...] | None:
    """The changes that were seen; none where that is not known here and now."""
    question = OfAnswer(engagement_id=engagement_id, jurisdiction=jurisdiction)
    try:
        answer = await asks(KEEPER, WHAT, question.model_dump(mode="json"))
        return None if answer is None else AllSeen.model_validate(answer).outcomes
    except (Refused, ValidationError) as error:
        log.info("not_told", what=WHAT, why=type(error).__name__)
        return None
