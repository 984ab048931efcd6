"""Facts in: what evaluation hears on the bus."""

from services.evaluation import handlers
from services.evaluation.handlers import inviting as letters
from shared.bus import fates, inviting
from shared.bus.asking import Words
from shared.bus.fates import AllSeen, OfAnswer
from shared.bus.streams import ENGAGEMENT, Ear
from shared.events.base import Event
from shared.events.catalogue import SPEAKERS
from shared.invited import OfPerson, OfRound
from shared.service import Service

HEARS: tuple[type[Event], ...] = (*SPEAKERS["intake"], *SPEAKERS["sessions"], *SPEAKERS["followup"])
EAR = Ear("evaluation", ENGAGEMENT, ("eng.intake.>", "eng.sessions.>", "eng.followup.>"))


async def tell_outcomes(service: Service, asked: Words) -> Words:
    """Tell another service which changes were seen in a jurisdiction by an engagement."""
    wanted = OfAnswer.model_validate(asked)
    found = await handlers.seen(service.store, wanted.engagement_id, wanted.jurisdiction)
    return AllSeen(outcomes=found).model_dump(mode="json")


async def tell_whom(service: Service, asked: Words) -> Words:
    """Tell another service whom an open round asks who has not answered."""
    wanted = OfRound.model_validate(asked)
    return (await letters.whom(service.store, wanted, service.settings.instruments)).model_dump(mode="json")


async def tell_forms(service: Service, asked: Words) -> Words:
    """Give another service the links for a letter to one person; they are told in this answer and nowhere else."""
    return (await letters.forms(service.store, OfPerson.model_validate(asked))).model_dump(mode="json")


ANSWERS = {fates.WHAT: tell_outcomes, inviting.WHOM: tell_whom, inviting.FORMS: tell_forms}
