"""What intake says: requests, engagements, approvals, applications, teams, roles, peers, playbooks."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from shared.events.base import (
    Day,
    EngagementRole,
    Event,
    Jurisdiction,
    Level,
    Line,
    OfEngagement,
    Part,
    Region,
    Role,
    Slug,
    Text,
)

Stage = Literal["exploring", "installing", "implementing", "sustaining"]
About = Literal["invite", "connect", "speaker", "materials"]
Version = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class PlaybookPublished(Event):
    """Program staff put a playbook into force; services and replays judge by this text."""

    type: ClassVar = "eng.intake.playbook_published.v1"
    identity: ClassVar = ("playbook", "version")

    playbook: Slug
    version: Version
    document: Annotated[str, StringConstraints(max_length=200_000)]
    digest: Annotated[str, StringConstraints(max_length=128)]


class TaRequestLogged(Event):
    """An agency asked for technical assistance, and its tracker told us."""

    type: ClassVar = "eng.intake.ta_request_logged.v1"
    identity: ClassVar = ("request_id",)
    happened: ClassVar = "logged_on"

    request_id: Slug
    source: Slug
    external_id: Line
    jurisdiction: Jurisdiction
    topic: Slug
    need: Text
    logged_on: Day
    follows: Slug | None = None


class TaRequestWithdrawn(Event):
    """The agency does not ask any more."""

    type: ClassVar = "eng.intake.ta_request_withdrawn.v1"
    identity: ClassVar = ("request_id",)

    request_id: Slug
    reason: Text


class TaRequestAnswered(Event):
    """The request met its answer, whatever the answer was."""

    type: ClassVar = "eng.intake.ta_request_answered.v1"
    identity: ClassVar = ("request_id",)
    happened: ClassVar = "answered_on"

    request_id: Slug
    answered_on: Day
    how: Literal["engagement", "one_on_one", "peer_to_peer", "resource", "declined"]


class TopicInDemand(Event):
    """Several jurisdictions ask about one topic: the moment to bring them together."""

    type: ClassVar = "eng.intake.topic_in_demand.v1"
    identity: ClassVar = ("topic", "since", "jurisdictions")

    topic: Slug
    jurisdictions: tuple[Jurisdiction, ...]
    request_ids: tuple[Slug, ...]
    since: Day


class People(Part):
    """Who runs an engagement."""

    facilitator: Slug
    evaluator: Slug
    supervisor: Slug | None = None


class Goal(Part):
    """One line of the theory of change: what should change, by when, how it will be noticed."""

    goal_id: Slug
    level: Level
    statement: Text
    by: Day | None = None
    indicator: Text | None = None


class EngagementOpened(OfEngagement):
    """A center opened one run of a model on one topic."""

    type: ClassVar = "eng.intake.engagement_opened.v1"
    identity: ClassVar = ()
    happened: ClassVar = "opened_on"

    title: Line
    playbook: Slug
    center: Line
    topic: Slug
    opened_on: Day
    time_zone: Line
    people: People
    planned_sessions: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    planned_close: Day | None = None
    goals: tuple[Goal, ...] = ()
    answers: tuple[Slug, ...] = ()


class EngagementChanged(OfEngagement):
    """Something about the engagement is different from this day on; what is not named stays as it was."""

    type: ClassVar = "eng.intake.engagement_changed.v1"
    identity: ClassVar = ("changed_on",)
    happened: ClassVar = "changed_on"

    changed_on: Day
    title: Line | None = None
    playbook: Slug | None = None
    center: Line | None = None
    topic: Slug | None = None
    opened_on: Day | None = None
    time_zone: Line | None = None
    people: People | None = None
    planned_sessions: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    planned_close: Day | None = None
    goals: tuple[Goal, ...] | None = None
    answers: tuple[Slug, ...] | None = None


class EngagementClosed(OfEngagement):
    """The engagement ended; follow-up begins, and the window runs."""

    type: ClassVar = "eng.intake.engagement_closed.v1"
    identity: ClassVar = ()
    happened: ClassVar = "closed_on"

    closed_on: Day
    reason: Literal["completed", "stopped"]


class ApprovalRequested(Event):
    """A center asked a regional office for its consent."""

    type: ClassVar = "eng.intake.approval_requested.v1"
    identity: ClassVar = ("approval_id",)
    happened: ClassVar = "asked_on"

    approval_id: Slug
    about: About
    jurisdiction: Jurisdiction | None = None
    region: Region | None = None
    asked_on: Day


class ApprovalAnswered(Event):
    """The regional office answered."""

    type: ClassVar = "eng.intake.approval_answered.v1"
    identity: ClassVar = ("approval_id",)
    happened: ClassVar = "answered_on"

    approval_id: Slug
    answered_on: Day
    answer: Literal["granted", "declined"]


class ApplicationReceived(Event):
    """An agency applied to take part, and told where it stands, what it needs and what it can offer."""

    type: ClassVar = "eng.intake.application_received.v1"
    identity: ClassVar = ("application_id",)
    happened: ClassVar = "received_on"

    application_id: Slug
    jurisdiction: Jurisdiction
    stage: Stage
    needs: tuple[Line, ...] = ()
    offers: tuple[Line, ...] = ()
    received_on: Day


class CohortAssigned(OfEngagement):
    """Somebody decided which jurisdictions learn together."""

    type: ClassVar = "eng.intake.cohort_assigned.v1"
    identity: ClassVar = ("cohort",)

    cohort: Line
    jurisdictions: tuple[Jurisdiction, ...]
    why: Text


class Member(Part):
    """One person of a team, by id and role; names and addresses live in the directory only."""

    person_id: Slug
    role: Role
    organisation: Line | None = None


class TeamFormed(OfEngagement):
    """A jurisdiction has its team together."""

    type: ClassVar = "eng.intake.team_formed.v1"
    identity: ClassVar = ("team_id",)
    happened: ClassVar = "formed_on"

    team_id: Slug
    jurisdiction: Jurisdiction
    lead: Slug
    members: tuple[Member, ...]
    cohort: Line | None = None
    formed_on: Day


class TeamChanged(OfEngagement):
    """From this day on the team is as told here."""

    type: ClassVar = "eng.intake.team_changed.v1"
    identity: ClassVar = ("team_id", "changed_on")
    happened: ClassVar = "changed_on"

    team_id: Slug
    jurisdiction: Jurisdiction
    lead: Slug
    members: tuple[Member, ...]
    cohort: Line | None = None
    changed_on: Day


class LeadershipSignedOff(OfEngagement):
    """The leadership of a team's agency stands behind its work."""

    type: ClassVar = "eng.intake.leadership_signed_off.v1"
    identity: ClassVar = ("team_id", "role")
    happened: ClassVar = "signed_on"

    team_id: Slug
    role: Role
    signed_on: Day


class TeamLeft(OfEngagement):
    """A team takes part no more; nothing more is owed to it."""

    type: ClassVar = "eng.intake.team_left.v1"
    identity: ClassVar = ("team_id",)
    happened: ClassVar = "left_on"

    team_id: Slug
    left_on: Day
    reason: Text


class RoleVacated(OfEngagement):
    """Somebody gave up a role; what the role owes stays owed, in nobody's name."""

    type: ClassVar = "eng.intake.role_vacated.v1"
    identity: ClassVar = ("role", "team_id", "person_id", "on")
    happened: ClassVar = "on"

    role: Role | EngagementRole
    team_id: Slug | None = None
    person_id: Slug
    on: Day


class RoleFilled(OfEngagement):
    """Somebody took on a role, and with it what the role owes."""

    type: ClassVar = "eng.intake.role_filled.v1"
    identity: ClassVar = ("role", "team_id", "person_id", "on")
    happened: ClassVar = "on"

    role: Role | EngagementRole
    team_id: Slug | None = None
    person_id: Slug
    on: Day


class PeersSuggested(OfEngagement):
    """A jurisdiction was found that can help a team with what it needs."""

    type: ClassVar = "eng.intake.peers_suggested.v1"
    identity: ClassVar = ("from_team", "to_jurisdiction", "need")

    from_team: Slug
    to_jurisdiction: Jurisdiction
    need: Line
    score: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PeersConnected(OfEngagement):
    """The two were introduced to one another."""

    type: ClassVar = "eng.intake.peers_connected.v1"
    identity: ClassVar = ("from_team", "to_jurisdiction", "need")
    happened: ClassVar = "connected_on"

    from_team: Slug
    to_jurisdiction: Jurisdiction
    need: Line
    connected_on: Day


class IntakeFactRetracted(Event):
    """A fact that intake said was a mistake: it never was."""

    type: ClassVar = "eng.intake.fact_retracted.v1"
    identity: ClassVar = ("fact_id",)

    fact_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    reason: Text


EVENTS: tuple[type[Event], ...] = (
    PlaybookPublished, TaRequestLogged, TaRequestWithdrawn, TaRequestAnswered, TopicInDemand,
    EngagementOpened, EngagementChanged, EngagementClosed, ApprovalRequested, ApprovalAnswered,
    ApplicationReceived, CohortAssigned, TeamFormed, TeamChanged, LeadershipSignedOff, TeamLeft,
    RoleVacated, RoleFilled, PeersSuggested, PeersConnected, IntakeFactRetracted,
)  # fmt: skip
