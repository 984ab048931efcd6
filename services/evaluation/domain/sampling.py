"""Samples: who is drawn, by a seed and a frame with which anybody can draw again; who comes instead of whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pydantic import TypeAdapter

from shared.entities import Entity


@dataclass(frozen=True, slots=True)
class Place:
    """A team of whom one is drawn: where it is, and who was in it."""

    team_id: str
    jurisdiction: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who was drawn, and for which team they speak."""

    person_id: str
    team_id: str


Frame = tuple[Place, ...]
FRAME: TypeAdapter[Frame] = TypeAdapter(Frame)
DRAWN: TypeAdapter[tuple[Drawn, ...]] = TypeAdapter(tuple[Drawn, ...])


class Draw(Entity):
    """A draw as it was made: with the same seed, frame and names left out, anybody draws the same people."""

    round_id: str
    n: int
    seed: str
    frame: Frame
    without: tuple[str, ...] = ()
    """Who was not drawn: whoever had been before, was erased, or asked not to be contacted."""
    drawn: tuple[Drawn, ...]
    instead_of: str | None = None
    """Whom they replace."""
    reason: str | None = None
    drawn_at: datetime


def draw(seed: str, people: Sequence[str]) -> tuple[str, ...]:
    """The people in an order of chance that everybody can draw again: by what the seed and their id come to."""
    return tuple(sorted(people, key=lambda person: sha256(f"{seed}/{person}".encode()).digest()))


def one_of_each(seed: str, frame: Frame, most: int, without: Collection[str] = ()) -> tuple[Drawn, ...]:
    """One person of each team, as far as there is room: of teams that chance puts first, whom chance puts first."""
    places = {place.team_id: place for place in frame}
    found: dict[str, Drawn] = {}
    for team_id in draw(seed, list(places)):
        left = [one for one in draw(seed, places[team_id].people) if one not in without and one not in found]
        if left and len(found) < most:
            found[left[0]] = Drawn(left[0], team_id)
    return tuple(found.values())


def instead(seed: str, frame: Frame, team_id: str, without: Collection[str]) -> Drawn | None:
    """Who comes instead of somebody of a team: the next of it, else of another team in its jurisdiction, or nobody."""
    mine = next((place for place in frame if place.team_id == team_id), None)
    if mine is None:
        return None
    others = {one.team_id: one for one in frame if one.jurisdiction == mine.jurisdiction and one is not mine}
    for place in (mine, *(others[id] for id in draw(seed, list(others)))):
        for person in draw(seed, place.people):
            if person not in without:
                return Drawn(person, place.team_id)
    return None
