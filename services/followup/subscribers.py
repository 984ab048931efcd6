"""Facts in: what followup hears on the bus; and what other services ask it for."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from services.followup import handlers
from services.followup.handlers import mail
from shared.bus import inviting
from shared.bus.asking import Words
from shared.bus.looking_on import GATE, IF_SAID, WHAT_IF, OfFacts, OfGate, OfPolicy
from shared.bus.streams import ENGAGEMENT, Ear
from shared.events import wire
from shared.events.base import Event
from shared.events.catalogue import SPEAKERS
from shared.events.complaints import complaints, malformed
from shared.events.fields import Slug
from shared.invited import OfLetters
from shared.service import Service

HEARS: tuple[type[Event], ...] = (*SPEAKERS["intake"], *SPEAKERS["sessions"], *SPEAKERS["evaluation"])
EAR = Ear("followup", ENGAGEMENT, ("eng.intake.>", "eng.sessions.>", "eng.evaluation.>"))


class WriteTo(BaseModel):
    """Write to a person: so far, a link to sign in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    person_id: Slug
    kind: Literal["sign_in"]


async def write_to(service: Service, asked: Words) -> Words:
    """Have a letter sent that another service asks for; it is on record when this is answered, and goes out at once.

    Without a mail server it only lies in the log of mail: that is told as `leaves`.
    """
    try:
        wanted = WriteTo.model_validate(asked)
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False))) from None
    await mail.ask_for_link(service.store, wanted.person_id)
    if service.sender:
        service.sender.wake()
    return {"intended": True, "leaves": bool(service.settings.mail_host)}


async def tell_gate(service: Service, asked: Words) -> Words:
    """Tell another service what the teams of an engagement lack."""
    wanted = OfGate.model_validate(asked)
    return (await handlers.gate(service.store, wanted.engagement_id)).model_dump(mode="json")


async def tell_what_if(service: Service, asked: Words) -> Words:
    """Tell another service what a policy would change in an engagement."""
    wanted = OfPolicy.model_validate(asked)
    return (await handlers.what_if(service.store, wanted.engagement_id, wanted.document)).model_dump(mode="json")


async def tell_if_said(service: Service, asked: Words) -> Words:
    """Tell another service what would be due otherwise if it said some facts."""
    wanted = OfFacts.model_validate(asked)
    events = [wire.understand(fact).event for fact in wanted.facts]
    return (await handlers.if_said(service.store, wanted.engagement_id, events)).model_dump(mode="json")


async def tell_letters(service: Service, asked: Words) -> Words:
    """Tell another service whom of those that a round asks a letter reached, and whom none did."""
    wanted = OfLetters.model_validate(asked)
    return (await mail.reached(service.store, wanted.round_id, wanted.people)).model_dump(mode="json")


ANSWERS = {
    "mail": write_to, inviting.LETTERS: tell_letters, GATE: tell_gate, WHAT_IF: tell_what_if, IF_SAID: tell_if_said,
}  # fmt: skip
"""What other services may ask it for."""
