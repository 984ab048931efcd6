"""What intake says: requests, engagements, approvals, applications, teams, roles, peers, playbooks."""

from shared.events.base import Event
from shared.events.intake.contacts import ContactConsented, ContactDeclined, OfConsent
from shared.events.intake.engagements import (
    About,
    ApprovalAnswered,
    ApprovalRequested,
    Document,
    EngagementChanged,
    EngagementClosed,
    EngagementOpened,
    Goal,
    Goals,
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
    Members,
    PeersConnected,
    PeersSuggested,
    RoleFilled,
    RoleVacated,
    Score,
    Stage,
    TeamChanged,
    TeamFormed,
    TeamLeft,
)

__all__ = [
    "EVENTS", "About", "ApplicationReceived", "ApprovalAnswered", "ApprovalRequested", "CohortAssigned",
    "ContactConsented", "ContactDeclined", "Document",
    "EngagementChanged", "EngagementClosed", "EngagementOpened", "Goal", "Goals", "IntakeFactRetracted",
    "LeadershipSignedOff", "Member", "Members", "OfConsent", "OfRequest", "PeersConnected", "PeersSuggested", "People",
    "PlaybookPublished", "RoleFilled", "RoleVacated", "Score", "Sessions", "Stage", "TaRequestAnswered",
    "TaRequestLogged", "TaRequestWithdrawn", "TeamChanged", "TeamFormed", "TeamLeft", "TopicInDemand", "Version",
]  # fmt: skip

EVENTS: tuple[type[Event], ...] = (
    PlaybookPublished, TaRequestLogged, TaRequestWithdrawn, TaRequestAnswered, TopicInDemand,
    EngagementOpened, EngagementChanged, EngagementClosed, ApprovalRequested, ApprovalAnswered,
    ApplicationReceived, CohortAssigned, TeamFormed, TeamChanged, LeadershipSignedOff, TeamLeft,
    RoleVacated, RoleFilled, PeersSuggested, PeersConnected, ContactDeclined, ContactConsented, IntakeFactRetracted,
)  # fmt: skip
