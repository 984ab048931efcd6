"""Facts in: what followup hears on the bus."""

from shared.bus.streams import ENGAGEMENT, Ear
from shared.events.base import Event
from shared.events.catalogue import SPEAKERS

HEARS: tuple[type[Event], ...] = (*SPEAKERS["intake"], *SPEAKERS["sessions"], *SPEAKERS["evaluation"])
EAR = Ear("followup", ENGAGEMENT, ("eng.intake.>", "eng.sessions.>", "eng.evaluation.>"))
