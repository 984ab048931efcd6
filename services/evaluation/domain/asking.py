"""Who is asked in a round, how far each has come, and the form that they get."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from shared.entities import Entity
from shared.events.fields import RUNNERS
from shared.instruments import Form, Language
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.holders import LEADS, MEMBERS

SAMPLE = "sample"
"""Whom a round asks that draws one person from each team."""
State = Literal["invited", "begun", "answered", "erased"]
OPEN: tuple[State, ...] = ("invited", "begun")
"""Of whom something can still come; whoever was erased is asked no more."""

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
    """How many are asked for the same team."""

    @property
    def told_of(self) -> str | None:
        """The team of which the answer tells; none where so few are asked that the team would tell whose it is."""
        hides = self.form.instrument.fills == "team" or self.of_the_team >= FEWEST
        return self.invitation.team_id if hides else None

    def is_late(self, now: datetime) -> bool:
        """Whether the round is over; an answer is welcome all the same."""
        return self.row.state != "due" or (self.row.closes_at is not None and self.row.closes_at <= now)


def whom(history: History, row: Row, form: Form, replaced: Collection[str] = ()) -> list[Asked]:
    """Who is asked in a round, as the teams are made of now: nobody who has left is among them.

    Of a sample, one person of each team: the first whom chance draws. `replaced` are those who cannot be reached:
    the next of the same team is asked instead of each.
    """
    asked, by_team = row.ask or MEMBERS, form.instrument.fills == "team"
    if asked in RUNNERS:
        return [Asked(person, row.team_id) for person in history.holders.seat(asked).people]
    here = [team.id for team in history.teams.values() if team.left is None and row.team_id in (None, team.id)]
    people = {team: history.holders.reach(MEMBERS if asked == SAMPLE else asked, team) for team in sorted(here)}
    if by_team:
        return [Asked(None, team) for team, members in people.items() if members]
    found: dict[str, Asked] = {}
    for team, members in people.items():
        still = [one for one in members if one not in found]
        if asked == SAMPLE:
            still = [one for one in draw(row.key, still) if one not in replaced][:1]
        found |= {person: Asked(person, team) for person in still}
    return list(found.values())


def still_to_invite(
    history: History, row: Row, form: Form, invited: Collection[Invitation], replaced: Collection[str] = ()
) -> list[Asked]:
    """Who is asked and not invited yet. A team of which somebody was drawn is not drawn again because others joined."""
    gone = {*replaced, *(one.person_id for one in invited if one.person_id and one.state == "erased")}
    known = {one.person_id or (one.team_id,) for one in invited}
    new = [one for one in whom(history, row, form, gone) if (one.person_id or (one.team_id,)) not in known]
    if row.ask != SAMPLE:
        return new
    drawn = {one.team_id for one in invited if one.person_id not in gone}
    return [one for one in new if one.team_id not in drawn]


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


def draw(seed: str, people: Sequence[str]) -> tuple[str, ...]:
    """The people in an order of chance that everybody can draw again: by what the seed and their id come to."""
    return tuple(sorted(people, key=lambda person: sha256(f"{seed}/{person}".encode()).digest()))
