"""Facts in: what evaluation hears on the bus."""

from shared.bus.streams import ENGAGEMENT, Ear
from shared.events.base import Event
from shared.events.catalogue import SPEAKERS

HEARS: tuple[type[Event], ...] = (*SPEAKERS["intake"], *SPEAKERS["sessions"])
EAR = Ear("evaluation", ENGAGEMENT, ("eng.intake.>", "eng.sessions.>"))
