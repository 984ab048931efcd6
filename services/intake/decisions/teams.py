"""Teams formed, changed, signed off, gone; cohorts assigned."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import count

from services.intake.decisions.grounds import dated, engagement, present, said_before, team, today
from services.intake.domain import AssignCohort, ChangeTeam, FormTeam, Known, LeaveTeam, SignOffTeam, Team
from shared.errors import Conflict, Malformed
from shared.events import intake as said
from shared.events.base import Event

CHANGEABLE = ("jurisdiction", "lead", "members", "cohort")


class ChangedLater(Conflict):
    """Team {team_id} was changed on {later} as a whole, which would hide this. Say the change on or after that day."""


def assign(command: AssignCohort, known: Known, now: datetime) -> list[Event]:
    """Some jurisdictions learn together."""
    engagement(known, command.engagement_id)
    if not command.jurisdictions:
        raise Malformed("must name at least one jurisdiction", "jurisdictions")
    return [command.as_event(said.CohortAssigned)]


def form(command: FormTeam, known: Known, now: datetime) -> list[Event]:
    """A jurisdiction has its team together."""
    engagement(known, command.engagement_id)
    return [dated(said.TeamFormed, "formed_on", command, known, now)]


def change(command: ChangeTeam, known: Known, now: datetime) -> list[Event]:
    """From a day on the team is another; what is not named stays as it was."""
    team_ = team(known, command.engagement_id, command.team_id)
    if all(getattr(command, name) is None for name in CHANGEABLE):
        raise Malformed(f"nothing is changed; name at least one of {', '.join(CHANGEABLE)}")
    present(team_)
    changed_on = command.changed_on or today(known, now)
    _not_hidden(team_, changed_on, known)
    stays = {name: getattr(team_, name) for name in CHANGEABLE if getattr(command, name) is None}
    event = command.as_event(said.TeamChanged, changed_on=changed_on, **stays)
    before = said_before(said.TeamChanged, command, known, changed_on=changed_on)
    if before is None or command.revision:
        return [event]
    again = event.model_copy(update={"revision": before.revision})
    return [before if again == before else event.model_copy(update={"revision": before.revision + 1})]


def sign_off(command: SignOffTeam, known: Known, now: datetime) -> list[Event]:
    """The leadership stands behind the team."""
    team_ = team(known, command.engagement_id, command.team_id)
    event = dated(said.LeadershipSignedOff, "signed_on", command, known, now)
    if event not in known.said:
        present(team_)
    return [event]


def leave(command: LeaveTeam, known: Known, now: datetime) -> list[Event]:
    """The team takes part no more; leaving twice is leaving once."""
    team_ = team(known, command.engagement_id, command.team_id)
    event = dated(said.TeamLeft, "left_on", command, known, now)
    if event.left_on < team_.formed_on:
        raise Malformed(f"is before the team was formed ({team_.formed_on})", "left_on")
    return [event]


def next_id(jurisdiction: str, teams: Mapping[str, Team]) -> str:
    """The id of a new team of a jurisdiction: ky, or ky-2 where one was there before and left."""
    plain = jurisdiction.lower()
    return next(id for n in count(1) if (id := plain if n == 1 else f"{plain}-{n}") not in teams)


def without_team(asking: Iterable[str], teams: Mapping[str, Team]) -> tuple[str, ...]:
    """Of those who asked for this engagement, the jurisdictions that never had a team in it."""
    there = {one.jurisdiction for one in teams.values()}
    return tuple(sorted({*asking} - there))


def _not_hidden(team_: Team, changed_on: date, known: Known) -> None:
    changes = (event for event in known.said if isinstance(event, said.TeamChanged))
    later = [event.changed_on for event in changes if event.team_id == team_.team_id and event.changed_on > changed_on]
    if later:
        raise ChangedLater("changed_on", team_id=team_.team_id, later=max(later))
