"""Facts in: what sessions hears on the bus."""

from shared.bus.streams import ENGAGEMENT, Ear
from shared.events import intake
from shared.events.base import Event

HEARS: tuple[type[Event], ...] = (
    intake.EngagementOpened,
    intake.EngagementChanged,
    intake.EngagementClosed,
    intake.TeamFormed,
    intake.TeamChanged,
    intake.TeamLeft,
    intake.RoleVacated,
    intake.RoleFilled,
    intake.IntakeFactRetracted,
)
EAR = Ear("sessions", ENGAGEMENT, tuple(f"{event.type}.*" for event in HEARS))
