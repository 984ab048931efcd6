"""Roles given up and taken on: of the engagement (facilitator, evaluator, supervisor), or in a team."""

from datetime import date, datetime

from services.intake.decisions.grounds import engagement, present, team, today
from services.intake.domain import FillRole, Known, VacateRole
from shared.errors import Conflict, Malformed
from shared.events import intake as said
from shared.events.base import Event
from shared.events.fields import RUNNERS


class NotInRole(Conflict):
    """{person_id} is not {role} of {whose}, so there is nothing to give up. Check person_id and role."""


def vacate(command: VacateRole, known: Known, now: datetime) -> list[Event]:
    """Somebody gave up a role; what it owes stays owed, in nobody's name."""
    holds = _holds(command, known)
    on = command.on or _since(said.RoleVacated, command, known, not holds, now)
    event = command.as_event(said.RoleVacated, on=on)
    if not holds and event not in known.said and not command.revision:
        whose = f"team {command.team_id}" if command.team_id else f"engagement {command.engagement_id}"
        raise NotInRole("person_id", person_id=command.person_id, role=command.role, whose=whose)
    return [event]


def fill(command: FillRole, known: Known, now: datetime) -> list[Event]:
    """Somebody took on a role, and with it what the role owes."""
    holds = _holds(command, known)
    on = command.on or _since(said.RoleFilled, command, known, holds, now)
    event = command.as_event(said.RoleFilled, on=on)
    if command.team_id is not None and event not in known.said:
        present(team(known, command.engagement_id, command.team_id))
    return [event]


def _holds(command: VacateRole, known: Known) -> bool:
    """Whether the person has the role now; refuses a role that nobody can have there."""
    engagement_ = engagement(known, command.engagement_id)
    if command.role in RUNNERS:
        if command.team_id is not None:
            raise Malformed(f"must be left out: {command.role} is a role of the engagement", "team_id")
        return engagement_.people.get(command.role) == command.person_id
    if command.team_id is None:
        raise Malformed(f"is missing: {command.role} is a role in a team", "team_id")
    return team(known, command.engagement_id, command.team_id).has(command.role, command.person_id)


def _since(
    event: type[said.RoleVacated] | type[said.RoleFilled], command: VacateRole, known: Known, so: bool, now: datetime
) -> date:
    """The day on which it last became so, if it is so already; else today."""
    same = ("role", "team_id", "person_id")
    days = [
        other.on
        for other in known.said
        if isinstance(other, event) and all(getattr(other, name) == getattr(command, name) for name in same)
    ]
    return max(days) if so and days else today(known, now)
