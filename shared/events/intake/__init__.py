"""What intake says: requests, engagements, approvals, applications, teams, roles, peers, playbooks."""

from shared.events.base import Event
from shared.events.intake.engagements import (
    About,
    ApprovalAnswered,
    ApprovalRequested,
    EngagementChanged,
    EngagementClosed,
    EngagementOpened,
    Goal,
    IntakeFactRetracted,
    People,
    PlaybookPublished,
    Sessions,
    Version,
)
from shared.events.intake.requests import (
    OfRequest,
    TaRequestAnswered,
    TaRequestLogged,
    TaRequestWithdrawn,
    TopicInDemand,
)
from shared.events.intake.teams import (
    ApplicationReceived,
    CohortAssigned,
    LeadershipSignedOff,
    Member,
    PeersConnected,
    PeersSuggested,
    RoleFilled,
    RoleVacated,
    Stage,
    TeamChanged,
    TeamFormed,
    TeamLeft,
)

__all__ = [
    "EVENTS", "About", "ApplicationReceived", "ApprovalAnswered", "ApprovalRequested", "CohortAssigned",
    "EngagementChanged", "EngagementClosed", "EngagementOpened", "Goal", "IntakeFactRetracted", "LeadershipSignedOff",
    "Member", "OfRequest", "PeersConnected", "PeersSuggested", "People", "PlaybookPublished", "RoleFilled",
    "RoleVacated", "Sessions", "Stage", "TaRequestAnswered", "TaRequestLogged", "TaRequestWithdrawn", "TeamChanged",
    "TeamFormed", "TeamLeft", "TopicInDemand", "Version",
]  # fmt: skip

EVENTS: tuple[type[Event], ...] = (
    PlaybookPublished, TaRequestLogged, TaRequestWithdrawn, TaRequestAnswered, TopicInDemand,
    EngagementOpened, EngagementChanged, EngagementClosed, ApprovalRequested, ApprovalAnswered,
    ApplicationReceived, CohortAssigned, TeamFormed, TeamChanged, LeadershipSignedOff, TeamLeft,
    RoleVacated, RoleFilled, PeersSuggested, PeersConnected, IntakeFactRetracted,
)  # fmt: skip
