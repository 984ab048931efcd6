"""Teams and cohorts: the people of one jurisdiction in one engagement, with whom they learn, and what may be done."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.intake.domain.asked import Asked
from shared.entities import Entity
from shared.events import intake as said
from shared.events.base import AnyRole, Day, EngagementId, Fact, Jurisdiction, Label, Role, Slug, Text
from shared.events.fields import Places
from shared.playbooks import views


class Team(Entity):
    """A team as it stands."""

    engagement_id: str
    team_id: str
    jurisdiction: str
    lead: str
    members: tuple[said.Member, ...]
    vacant: tuple[str, ...] = ()
    """Roles that somebody gave up, and nobody has taken on yet."""
    cohort: str | None = None
    formed_on: date
    state: Literal["formed", "left"] = "formed"
    revision: int = 0
    signed_off: dict[str, date] = {}
    """When its leadership signed off, by role."""
    left_on: date | None = None
    reason: str | None = None

    def has(self, role: str, person_id: str) -> bool:
        """Whether this person is in the team in this role."""
        return any(member.role == role and member.person_id == person_id for member in self.members)


class Cohort(Entity):
    """Jurisdictions that learn together."""

    engagement_id: str
    cohort: str
    jurisdictions: tuple[str, ...]
    why: str
    revision: int = 0


class ProposedCohort(Entity):
    """Jurisdictions that might learn together; in the words by which a person decides that they do."""

    engagement_id: str
    cohort: str
    jurisdictions: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """How cohorts are to be: of a size, or so many of them."""

    smallest: int = 4
    largest: int = 8
    number: int | None = None


def team(known: Team | None, fact: Fact) -> Team | None:
    """The team after one more fact; who is in it, `staffed` tells."""
    match fact.event, known:
        case said.TeamFormed() as event, _:
            return Team(**event.model_dump())
        case said.LeadershipSignedOff() as event, Team():
            return known.but(signed_off={**known.signed_off, event.role: event.signed_on})
        case said.TeamLeft() as event, Team():
            return known.but(state="left", left_on=event.left_on, reason=event.reason)
    return known


def staffed(team: Team, told: views.Team) -> Team:
    """The team with the people and the cohort that its history has come to."""
    staff = told.staff
    return team.but(
        jurisdiction=told.jurisdiction,
        lead=staff.lead,
        members=staff.members,
        vacant=staff.vacant,
        cohort=told.cohort,
    )


def cohort(known: Cohort | None, fact: Fact) -> Cohort | None:
    """The cohort after one more fact."""
    event = fact.event
    return Cohort(**event.model_dump()) if isinstance(event, said.CohortAssigned) else known


class AssignCohort(Asked):
    """Decide which jurisdictions learn together, and tell why."""

    engagement_id: EngagementId
    cohort: Label
    jurisdictions: Places
    why: Text


class FormTeam(Asked):
    """Tell that a jurisdiction has its team together."""

    engagement_id: EngagementId
    team_id: Slug
    jurisdiction: Jurisdiction
    lead: Slug
    members: said.Members
    cohort: Label | None = None
    formed_on: Day | None = None


class ChangeTeam(Asked):
    """Tell how a team is from a day on; what is not named stays as it was."""

    engagement_id: EngagementId
    team_id: Slug
    jurisdiction: Jurisdiction | None = None
    lead: Slug | None = None
    members: said.Members | None = None
    cohort: Label | None = None
    changed_on: Day | None = None


class SignOffTeam(Asked):
    """Tell that the leadership of a team's agency stands behind its work."""

    engagement_id: EngagementId
    team_id: Slug
    role: Role = "lead_agency"
    signed_on: Day | None = None


class LeaveTeam(Asked):
    """Tell that a team takes part no more; nothing more is owed to it."""

    engagement_id: EngagementId
    team_id: Slug
    left_on: Day | None = None
    reason: Text


class VacateRole(Asked):
    """Tell that somebody gave up a role, of the engagement or (with `team_id`) in a team."""

    engagement_id: EngagementId
    role: AnyRole
    team_id: Slug | None = None
    person_id: Slug
    on: Day | None = None


class FillRole(VacateRole):
    """Tell that somebody took on a role, and with it what the role owes."""
