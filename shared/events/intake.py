"""What intake says: requests, engagements, approvals, applications, teams, roles, peers, playbooks."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from shared.events.base import NO_ENGAGEMENT, Event, OfEngagement, Part
from shared.events.fields import (
    WRITTEN,
    AnyRole,
    Day,
    FactId,
    Ids,
    Jurisdiction,
    Label,
    Level,
    Line,
    Lines,
    Places,
    Region,
    Role,
    Slug,
    Text,
    Zone,
    each_once,
)

Stage = Literal["exploring", "installing", "implementing", "sustaining"]
About = Literal["invite", "connect", "speaker", "materials"]
Version = Annotated[int, Field(strict=True, ge=1, le=1_000_000, description="version, from 1")]
Sessions = Annotated[int, Field(strict=True, ge=1, le=1000, description="number of sessions")]


class PlaybookPublished(Event):
    """Program staff put a playbook into force; services and replays judge by this text."""

    type: ClassVar = "eng.intake.playbook_published.v1"
    identity: ClassVar = ("playbook", "version")
    outside: ClassVar = True

    engagement_id: Literal["-"] = "-"
    playbook: Slug
    version: Version
    document: Annotated[str, Field(max_length=200_000, pattern=WRITTEN, description="the YAML, as it was said")]
    digest: Annotated[str, Field(max_length=128, pattern=WRITTEN, description="digest of the document")]


class OfRequest(Event):
    """Something about one TA request; it stands outside engagements, even where it was answered by one."""

    identity: ClassVar = ("request_id",)
    outside: ClassVar = True

    request_id: Slug

    @property
    def line(self) -> str:
        return f"{NO_ENGAGEMENT}/{self.request_id}"


class TaRequestLogged(OfRequest):
    """An agency asked for technical assistance, and its tracker told us."""

    type: ClassVar = "eng.intake.ta_request_logged.v1"
    happened: ClassVar = "logged_on"

    source: Slug
    external_id: Line
    jurisdiction: Jurisdiction
    topic: Line
    need: Text
    logged_on: Day
    follows: Slug | None = None


class TaRequestWithdrawn(OfRequest):
    """The agency does not ask any more."""

    type: ClassVar = "eng.intake.ta_request_withdrawn.v1"

    reason: Text


class TaRequestAnswered(OfRequest):
    """The request met its answer, whatever the answer was."""

    type: ClassVar = "eng.intake.ta_request_answered.v1"
    happened: ClassVar = "answered_on"

    answered_on: Day
    how: Literal["engagement", "one_on_one", "peer_to_peer", "resource", "declined"]


class TopicInDemand(Event):
    """Several jurisdictions ask about one topic: the moment to bring them together."""

    type: ClassVar = "eng.intake.topic_in_demand.v1"
    identity: ClassVar = ("topic", "since", "jurisdictions")
    outside: ClassVar = True

    topic: Line
    jurisdictions: Places
    request_ids: Ids
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


Goals = Annotated[tuple[Goal, ...], Field(max_length=200), AfterValidator(each_once("goal_id"))]


class EngagementOpened(OfEngagement):
    """A center opened one run of a model on one topic."""

    type: ClassVar = "eng.intake.engagement_opened.v1"
    identity: ClassVar = ()
    happened: ClassVar = "opened_on"

    title: Line
    playbook: Slug
    center: Line
    topic: Line
    opened_on: Day
    time_zone: Zone
    people: People
    planned_sessions: Sessions | None = None
    planned_close: Day | None = None
    goals: Goals = ()
    answers: Ids = ()


class EngagementChanged(OfEngagement):
    """Something about the engagement is different from this day on; what is not named stays as it was."""

    type: ClassVar = "eng.intake.engagement_changed.v1"
    identity: ClassVar = ("changed_on",)
    happened: ClassVar = "changed_on"

    changed_on: Day
    title: Line | None = None
    playbook: Slug | None = None
    center: Line | None = None
    topic: Line | None = None
    opened_on: Day | None = None
    time_zone: Zone | None = None
    people: People | None = None
    planned_sessions: Sessions | None = None
    planned_close: Day | None = None
    goals: Goals | None = None
    answers: Ids | None = None


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
    needs: Lines = ()
    offers: Lines = ()
    received_on: Day


class CohortAssigned(OfEngagement):
    """Somebody decided which jurisdictions learn together."""

    type: ClassVar = "eng.intake.cohort_assigned.v1"
    identity: ClassVar = ("cohort",)

    cohort: Label
    jurisdictions: Places
    why: Text


class Member(Part):
    """One person of a team, by id and role; names and addresses live in the directory only."""

    person_id: Slug
    role: Role
    organisation: Line | None = None


Members = Annotated[tuple[Member, ...], Field(max_length=200)]


class TeamFormed(OfEngagement):
    """A jurisdiction has its team together."""

    type: ClassVar = "eng.intake.team_formed.v1"
    identity: ClassVar = ("team_id",)
    happened: ClassVar = "formed_on"

    team_id: Slug
    jurisdiction: Jurisdiction
    lead: Slug
    members: Members
    cohort: Label | None = None
    formed_on: Day


class TeamChanged(OfEngagement):
    """From this day on the team is as told here."""

    type: ClassVar = "eng.intake.team_changed.v1"
    identity: ClassVar = ("team_id", "changed_on")
    happened: ClassVar = "changed_on"

    team_id: Slug
    jurisdiction: Jurisdiction
    lead: Slug
    members: Members
    cohort: Label | None = None
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

    role: AnyRole
    team_id: Slug | None = None
    person_id: Slug
    on: Day


class RoleFilled(OfEngagement):
    """Somebody took on a role, and with it what the role owes."""

    type: ClassVar = "eng.intake.role_filled.v1"
    identity: ClassVar = ("role", "team_id", "person_id", "on")
    happened: ClassVar = "on"

    role: AnyRole
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
    score: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False, description="number, the higher the better")]


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

    fact_id: FactId
    reason: Text


EVENTS: tuple[type[Event], ...] = (
    PlaybookPublished, TaRequestLogged, TaRequestWithdrawn, TaRequestAnswered, TopicInDemand,
    EngagementOpened, EngagementChanged, EngagementClosed, ApprovalRequested, ApprovalAnswered,
    ApplicationReceived, CohortAssigned, TeamFormed, TeamChanged, LeadershipSignedOff, TeamLeft,
    RoleVacated, RoleFilled, PeersSuggested, PeersConnected, IntakeFactRetracted,
)  # fmt: skip
