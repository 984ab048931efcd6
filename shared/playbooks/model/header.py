"""What stands at the head of a playbook: sessions, teams, window and calendar, as they are meant to be."""

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.events.base import Role
from shared.playbooks.calendar import NO_HOLIDAYS, countries
from shared.playbooks.model.sign_off import SignOffBy
from shared.playbooks.wait import LongerThanNothing, Wait
from shared.playbooks.words import did_you_mean


def _clock_time(value: object) -> object:
    """Take 09:00 only: pydantic would also take a number of seconds."""
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
        raise ValueError("must be an hour like 09:00")
    return value


def _country(value: str) -> str:
    if value != NO_HOLIDAYS and value not in countries():
        hint = did_you_mean(value, (NO_HOLIDAYS, "US")) or "; use a country code like US, or none"
        raise ValueError(f"{value!r} is no country whose holidays are known{hint}")
    return value


class Words(BaseModel):
    """A piece of a playbook: typed by people, so that an unknown word is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Sessions(Words):
    """How the sessions are meant to be."""

    planned: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    """How many, where the engagement does not say."""
    minutes: Annotated[int, Field(strict=True, ge=1, le=10_080)] | None = None
    every: LongerThanNothing = Wait(1, "months")
    """From one to the next; `simulate` imagines them so."""
    longest_gap: Wait | None = None
    """More than this between two sessions costs attendance."""


class Teams(Words):
    """How teams are meant to be."""

    size: tuple[Annotated[int, Field(strict=True, ge=0)], Annotated[int, Field(strict=True, ge=1)]] | None = None
    """The smallest and the largest."""
    must_include: tuple[Role, ...] = ()
    signed_off: SignOffBy | None = None
    """By when its leadership stands behind it."""

    @model_validator(mode="after")
    def _smallest_first(self) -> Self:
        if self.size and self.size[0] > self.size[1]:
            raise ValueError(f"size: the smallest ({self.size[0]}) is more than the largest ({self.size[1]})")
        return self


class Window(Words):
    """How long a center may go on contacting teams."""

    wait: Wait
    after: str = "closed"
    """The moment of the engagement from which it counts."""


class Demand(Words):
    """When so many ask about one topic that somebody should bring them together."""

    jurisdictions: Annotated[int, Field(strict=True, ge=2, le=100)] = 3
    """How many have to ask; and how many more, before it is said again."""
    within: LongerThanNothing = Wait(180, "days")
    """Requests that were logged longer ago do not count."""


class WorkingCalendar(Words):
    """When things fall due."""

    holidays: Annotated[str, AfterValidator(_country)] = "US"
    """Whose holidays are days off: a country code, or none. Of the US, the federal ones."""
    at: Annotated[time, BeforeValidator(_clock_time)] = time(9)
    """The hour, in the zone of the team's jurisdiction or of the engagement."""
    roll: Literal["next", "none"] = "next"
    """`next`: a date on a day off goes on in the direction of the wait. `none`: it stays."""
