"""The account of one engagement: what it was, what it promised, and each change that was seen of it."""

from collections.abc import Mapping
from datetime import date

from services.evaluation.domain.figures import Response
from services.evaluation.domain.known import Outcome, Promised
from shared.entities import Entity


class Delegation(Entity):
    """A team, without the names of its people."""

    team_id: str
    jurisdiction: str
    people: int
    left_on: date | None = None


class Meeting(Entity):
    """A session that was held."""

    session_id: str
    number: int
    topic: str
    held_on: date
    teams_there: int
    teams: int
    """That took part in the engagement on that day."""


class RoundTold(Entity):
    """A round that has opened, and who answered; of few people no number is told."""

    round_id: str
    kind: str
    title: str
    opened_on: date
    is_open: bool
    until: date | None
    """Its last day; where nobody knows one, none."""
    by_team: bool
    response: Response


class Account(Entity):
    """One engagement, told for whoever was not there."""

    engagement_id: str
    title: str
    model: str
    center: str
    topic: str
    opened_on: date
    planned_close: date | None
    closed_on: date | None
    closed_because: str | None
    """How it ended: completed, or stopped."""
    seats: Mapping[str, bool]
    """The roles of the engagement, and whether somebody holds each today."""
    teams: tuple[Delegation, ...]
    roles: Mapping[str, int]
    """How many people take part in the teams in each role."""
    people: int
    sessions_planned: int | None
    sessions: tuple[Meeting, ...]
    goals: tuple[Promised, ...]
    outcomes: tuple[Outcome, ...]
    """All that was seen, the earliest first."""
    rounds: tuple[RoundTold, ...]
    proposed: int
    """Changes that may have been seen, and that nobody has looked at."""
    places: Mapping[str, str]
    """What the jurisdictions are called that are named here."""

    def place_of(self, outcome: Outcome) -> str | None:
        """Where a change was seen, as it is called; nothing where it was seen of all."""
        of_team = {team.team_id: team.jurisdiction for team in self.teams}
        code = outcome.jurisdiction or of_team.get(outcome.team_id or "", outcome.team_id)
        return self.places.get(code, code) if code else None

    def number_of(self, outcome: Outcome) -> int | None:
        """The number of the first goal of which it was seen; nothing where it was never promised."""
        found = (n for n, goal in enumerate(self.goals, 1) if outcome in goal.seen)
        return next(found, None)
