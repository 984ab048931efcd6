"""Facts in: what evaluation hears on the bus."""

from services.evaluation import handlers
from shared.bus import fates
from shared.bus.asking import Words
from shared.bus.fates import AllSeen, OfAnswer
from shared.bus.streams import ENGAGEMENT, Ear
from shared.events.base import Event
from shared.events.catalogue import SPEAKERS
from shared.service import Service

HEARS: tuple[type[Event], ...] = (*SPEAKERS["intake"], *SPEAKERS["sessions"], *SPEAKERS["followup"])
EAR = Ear("evaluation", ENGAGEMENT, ("eng.intake.>", "eng.sessions.>", "eng.followup.>"))


async def tell_outcomes(service: Service, asked: Words) -> Words:
    """Tell another service which changes were seen in a jurisdiction by an engagement."""
    wanted = OfAnswer.model_validate(asked)
    found = await handlers.seen(service.store, wanted.engagement_id, wanted.jurisdiction)
    return AllSeen(outcomes=found).model_dump(mode="json")


ANSWERS = {fates.WHAT: tell_outcomes}
