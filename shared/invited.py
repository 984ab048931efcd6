"""What evaluation tells followup of a round, so that people are written to: whom it asks, until when, by which link;
and what followup tells of the letters, so that evaluators see whom none reached.

No name and no address is in it.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.events.base import EngagementId, Jurisdiction
from shared.events.fields import Key, Slug

MOST = 500
"""Of how many people one answer tells."""


class OfRound(BaseModel):
    """Whom does this round ask, who has not answered?"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    round_id: Key
    after: str = Field(default="", max_length=64)
    """Where the answer before ended."""


class OfPerson(BaseModel):
    """By which links does this person get to what they are asked in this round?"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    round_id: Key
    person_id: Slug


class Waiting(BaseModel):
    """Somebody who is asked and has not answered: a person, or a team that answers as one, by those who lead it."""

    people: Annotated[tuple[Slug, ...], Field(max_length=MOST)]
    team_id: Slug | None = None
    jurisdiction: Jurisdiction | None = None


class Round(BaseModel):
    """A round as those who write to people have to know it."""

    engagement_id: EngagementId
    is_open: bool
    is_on_a_form: bool
    """Whether people answer by themselves; who is called gets no letter."""
    closes_at: datetime | None = None
    remind_at: tuple[datetime, ...] = ()
    """When those who have not answered are reminded, as the playbook says."""
    waiting: tuple[Waiting, ...] = ()
    after: str | None = None
    """Where to go on, if that are not all."""


class Both(BaseModel):
    """The same words in each language."""

    en: str
    es: str


class ToForm(BaseModel):
    """A way to one form: the path of its page, and the place for which it is asked, if it is a whole team's."""

    path: str
    jurisdiction: Jurisdiction | None = None


class OfGoal(BaseModel):
    """The goal that a round is about."""

    statement: str
    by: date | None = None
    indicator: str | None = None
    is_judged: bool = False
    """Whether the links lead to where its verdict is given, by those who sign in; else to a form about it."""


class Forms(BaseModel):
    """What stands in a letter about a round: what it is about, until when, and the links; they are told once."""

    title: Both
    intro: Both
    engagement_title: str
    closes_at: datetime | None = None
    zone: str
    """Where the engagement is."""
    forms: tuple[ToForm, ...]
    goal: OfGoal | None = None


class OfLetters(BaseModel):
    """What became of the invitations of these people to this round?"""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    round_id: Key
    people: Annotated[tuple[Slug, ...], Field(max_length=MOST)]


Reach = Literal["reached", "on_its_way", "not_reached", "withheld"]
"""Whether a letter reached somebody; `withheld` is one that policy forbids."""


class OfLetter(BaseModel):
    """What became of the letter to one person."""

    person_id: Slug
    reach: Reach
    why: str = ""
    """Why it did not reach them, as far as it did not; without a name or an address."""


class Letters(BaseModel):
    """What became of letters; whoever is missing was not written to yet."""

    letters: tuple[OfLetter, ...] = ()
