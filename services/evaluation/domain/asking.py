"""Who is asked in a round, how far each has come, and the form that they get."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.evaluation.domain.sampling import Frame, Place
from shared.entities import Entity
from shared.events.fields import RUNNERS
from shared.events.intake import Goal
from shared.instruments import Form, Language
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.holders import LEADS, MEMBERS
from shared.playbooks.obligation import Obligation

SAMPLE = "sample"
"""Whom a round asks that draws one person from each team."""
State = Literal["invited", "begun", "answered", "judged", "erased", "replaced"]
OPEN: tuple[State, ...] = ("invited", "begun")
"""Of whom something can still come; whoever was erased is asked no more."""
GONE: tuple[State, ...] = ("erased", "replaced")
"""Who does not count as one of a sample any more."""

FEWEST = 5
"""Of how many people something may be told without telling whose it is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A person who is asked, or a team that answers once for all of its people."""

    person_id: str | None
    team_id: str | None


class Invitation(Entity):
    """Somebody who is asked in a round, and how far they have come; what they answered stands nowhere here."""

    invitation_id: str
    round_id: str
    engagement_id: str
    person_id: str | None = None
    team_id: str | None = None
    """The team that they are asked for, or that answers as one."""
    state: State = "invited"
    why: str | None = None
    """Why somebody else is asked instead."""


class Link(Entity):
    """A secret link to somebody's form, as it is told once."""

    person_id: str | None = None
    team_id: str | None = None
    secret: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to: the round as it stands, its form, and what was typed so far."""

    invitation: Invitation
    row: Row
    form: Form
    typed: dict[str, list[str]]
    language: Language | None
    """In which they read, if they have chosen."""
    engagement_title: str
    of_the_team: int
    """How many are asked for the same team, who have not been erased or replaced."""
    is_linked: bool = False
    """Whether they agreed that it may be known what they answered."""
    zone: str = "UTC"
    """In which the engagement reckons its days."""
    goal: Goal | None = None
    """The goal that the round is about, if it is about one."""

    @property
    def last_day(self) -> date | None:
        """The day on which the round closes there; none where somebody has to close it."""
        closes = self.row.closes_at
        return closes.astimezone(ZoneInfo(self.zone)).date() if closes else None

    @property
    def judged_at(self) -> str | None:
        """Where the verdict is given, of a round whose goal is judged there."""
        return verdict_at(self.row.engagement, self.goal.goal_id) if self.goal and is_judged(self.row) else None

    @property
    def may_be_linked(self) -> bool:
        """Whether it is asked if it may be known whose the answer is; what a team says is the team's."""
        return self.form.instrument.fills == "person" and self.invitation.person_id is not None

    @property
    def told_of(self) -> str | None:
        """The team of which the answer tells; none where so few are asked that the team would tell whose it is.

        Of a sample, one person is asked in each team, whoever was asked there before.
        """
        if self.form.instrument.fills == "team":
            return self.invitation.team_id
        hides = self.row.ask != SAMPLE and self.of_the_team >= FEWEST
        return self.invitation.team_id if hides else None

    def is_late(self, now: datetime) -> bool:
        """Whether the round is over; an answer is welcome all the same."""
        return self.row.state != "due" or (self.row.closes_at is not None and self.row.closes_at <= now)


def of_the_team(invited: Collection[Invitation], team_id: str | None) -> int:
    """How many are asked for a team; whoever was erased or replaced hides nobody any more."""
    return sum(one.team_id == team_id and one.state not in GONE for one in invited)


def goal_of(history: History, row: Row) -> Goal | None:
    """The goal that a round is about, as it stands; none where it is about something else."""
    declared = history.goals.get(row.item) if row.kind == "goal" else None
    return declared.goal if declared else None


def is_judged(row: Row | Obligation) -> bool:
    """Whether those whom a round asks judge its goal: a verdict is given at one place, and on no form beside it."""
    return row.kind == "goal" and row.ask in RUNNERS


def has_verdict(history: History, row: Row | Obligation) -> bool:
    """Whether a goal's round is over because the goal was judged: nothing more is to come from those whom it asked."""
    declared = history.goals.get(row.item) if is_judged(row) else None
    return isinstance(row, Row) and row.state == "done" and declared is not None and declared.assessed is not None


def as_they_stand(history: History, row: Row, invited: Collection[Invitation]) -> list[Invitation]:
    """Who is asked in a round, and how far they have come; of a goal that has its verdict, it was judged."""
    if not has_verdict(history, row):
        return list(invited)
    return [one.but(state="judged") if one.state in OPEN else one for one in invited]


def verdict_at(engagement_id: str, goal_id: str) -> str:
    """The path of the page on which a goal is judged."""
    return f"/app/engagements/{engagement_id}/goals/{goal_id}/judge"


def whom(history: History, row: Row, form: Form) -> list[Asked]:
    """Who is asked in a round, as the teams are made of now: nobody who has left is among them.

    Of a sample, everybody from whom it is drawn.
    """
    if form.instrument.fills == "team" and (row.ask or MEMBERS) not in RUNNERS:
        return [Asked(None, team_id) for team_id, people in _reach(history, row).items() if people]
    return people_of(history, row)


def people_of(history: History, row: Row) -> list[Asked]:
    """The people of whom a round asks something, on whatever form: each for one team."""
    asked = row.ask or MEMBERS
    if asked in RUNNERS:
        return [Asked(person, row.team_id) for person in history.holders.seat(asked).people]
    return [Asked(person, place.team_id) for place in frame(history, row) for person in place.people]


def frame(history: History, row: Row) -> Frame:
    """The teams that take part, each with those who may be asked; who is in two teams is asked for the first."""
    teams = _reach(history, row)
    found: dict[str, str] = {}
    for team_id, people in teams.items():
        for person in people:
            found.setdefault(person, team_id)
    by_team = {id: tuple(one for one, whose in found.items() if whose == id) for id in teams}
    return tuple(Place(id, history.teams[id].jurisdiction, people) for id, people in by_team.items())


def _reach(history: History, row: Row) -> Mapping[str, tuple[str, ...]]:
    """The teams that take part, each with all of whom a round asks something there, also whoever is in others too."""
    asked = MEMBERS if row.ask == SAMPLE else row.ask or MEMBERS
    here = sorted(team.id for team in history.teams.values() if team.left is None and row.team_id in (None, team.id))
    return {team_id: history.holders.reach(asked, team_id) for team_id in here}


def how_many(history: History, row: Row) -> Mapping[str, int]:
    """How many people a round asks when it opens, as far as the facts tell: on what form is not known to them."""
    if row.ask == SAMPLE:
        places = sum(bool(place.people) for place in frame(history, row))
        return {"invited": places, "sampled": places}
    return {"invited": len(people_of(history, row))}


def still_to_invite(
    history: History, row: Row, form: Form, invited: Collection[Invitation], erased: Collection[str] = ()
) -> list[Asked]:
    """Who is asked and not invited yet; nobody who was erased."""
    known = {one.person_id or (one.team_id,) for one in invited}
    new = [one for one in whom(history, row, form) if (one.person_id or (one.team_id,)) not in known]
    return [one for one in new if one.person_id not in erased]


def still_to_draw(
    history: History, row: Row, invited: Collection[Invitation], erased: Collection[str], most: int | None
) -> tuple[Frame, tuple[str, ...], int]:
    """The teams of which nobody is drawn, who is not drawn any more, and for how many there is room.

    A team is not drawn again because others joined it, but where whoever was drawn is gone and nobody came instead.
    """
    stay = [one for one in invited if one.state not in GONE]
    teams = frame(history, row)
    drawn = {one.team_id for one in stay}
    without = sorted({one.person_id for one in invited if one.person_id} | set(erased))
    room = min(len(teams), len(teams) if most is None else most) - len(stay)
    return tuple(place for place in teams if place.team_id not in drawn), tuple(without), max(room, 0)


def still_waiting(history: History, row: Row, form: Form, invited: Collection[Invitation]) -> list[Invitation]:
    """Of those who are invited, who has not answered and has not left; of a sample whoever was drawn and is there."""
    asked = whom(history, row, form)
    people = {one.person_id for one in asked}
    if row.ask == SAMPLE:
        people = set(history.holders.reach(MEMBERS, row.team_id))
    teams = {one.team_id for one in asked}
    still = [one for one in invited if one.state in OPEN]
    return [one for one in still if (one.person_id in people if one.person_id else one.team_id in teams)]


def written_to(history: History, invitation: Invitation) -> tuple[str, ...]:
    """Who gets the letter: whoever is asked; of a team that answers as one, whoever leads it."""
    if invitation.person_id:
        return (invitation.person_id,)
    return history.holders.reach(LEADS, invitation.team_id)
