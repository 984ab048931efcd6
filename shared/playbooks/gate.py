"""All teams of an engagement at the buy-in gate: what each of them lacks as the facts stand."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self

from shared.entities import Entity
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History
from shared.playbooks.items import Items
from shared.playbooks.model import Playbook
from shared.playbooks.risks import Code, Risk, Standing, risks


class Reason(Entity):
    """One thing that a team lacks, and since when."""

    code: Code
    sentence: str
    since: date
    because: str
    """The id of the fact that tells it."""
    role: str | None = None
    """The role that is missing, if one is."""
    puts_at_risk: bool


class AtTheGate(Entity):
    """A team, and why its plan is at risk, if it is."""

    team_id: str
    jurisdiction: str
    plan_id: str | None
    at_risk: bool
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, standing: Standing, risks: tuple[Risk, ...]) -> Self:
        """The team as it stands, with what it lacks."""
        return cls(
            team_id=standing.team.id,
            jurisdiction=standing.team.jurisdiction,
            plan_id=standing.plan.id if standing.plan else None,
            at_risk=any(risk.puts_at_risk for risk in risks),
            reasons=tuple(Reason.model_validate(risk, from_attributes=True) for risk in risks),
        )


class Gate(Entity):
    """What one service tells another of an engagement's teams: it knows of their sessions and plans as well."""

    teams: tuple[AtTheGate, ...] = ()
    next_session: datetime | None = None
    ahead: tuple[datetime, ...] = ()
    """When each of the sessions begins that lie ahead."""


def at_the_gate(
    playbook: Playbook, history: History, calendar: Calendar, now: datetime
) -> Mapping[str, tuple[Standing, tuple[Risk, ...]]]:
    """Each team that takes part, by its id, with what it lacks on the day that it is there."""
    if history.engagement is None:
        return {}
    standings = Items(playbook, history, calendar).ground.standings
    return {
        id: (standing, risks(playbook, standing, now.astimezone(standing.zone).date()))
        for id, standing in standings.items()
    }
