"""Who takes part: applications, cohorts, teams and their roles, and who was introduced to whom."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.events.base import Event, OfEngagement, Part
from shared.events.fields import AnyRole, Day, Jurisdiction, Label, Line, Lines, Places, Role, Slug, Text

Stage = Literal["exploring", "installing", "implementing", "sustaining"]


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
Score = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False, description="number, the higher the better")]


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


class OfRole(OfEngagement):
    """Something about one role, of a team or of the engagement, and the person in it."""

    identity: ClassVar[tuple[str, ...]] = ("role", "team_id", "person_id", "on")
    happened: ClassVar[str | None] = "on"

    role: AnyRole
    team_id: Slug | None = None
    person_id: Slug
    on: Day


class RoleVacated(OfRole):
    """Somebody gave up a role; what the role owes stays owed, in nobody's name."""

    type: ClassVar = "eng.intake.role_vacated.v1"


class RoleFilled(OfRole):
    """Somebody took on a role, and with it what the role owes."""

    type: ClassVar = "eng.intake.role_filled.v1"


class PeersSuggested(OfEngagement):
    """A jurisdiction was found that can help a team with what it needs."""

    type: ClassVar = "eng.intake.peers_suggested.v1"
    identity: ClassVar = ("from_team", "to_jurisdiction", "need")

    from_team: Slug
    to_jurisdiction: Jurisdiction
    need: Line
    score: Score


class PeersConnected(OfEngagement):
    """The two were introduced to one another."""

    type: ClassVar = "eng.intake.peers_connected.v1"
    identity: ClassVar = ("from_team", "to_jurisdiction", "need")
    happened: ClassVar = "connected_on"

    from_team: Slug
    to_jurisdiction: Jurisdiction
    need: Line
    connected_on: Day
