"""How often teams and people may be contacted, and which contacts go first."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from shared.events.fields import Contact
from shared.playbooks.model.header import Words
from shared.playbooks.wait import LongerThanNothing, Wait

Priority = Literal["low", "normal", "high"]
INTERVIEWS = 9
"""How many interviews an engagement may have: whoever asks ten people or more the same needs a clearance."""


def _kind(value: object) -> object:
    if not isinstance(value, bool) and value not in get_args(Contact):
        kinds = ", ".join(get_args(Contact)[:-1])
        raise ValueError(f"must be true or false, or what it is: {kinds} or {get_args(Contact)[-1]}")
    return value


def _by_the_calendar(wait: Wait) -> Wait:
    if wait.unit == "business days":
        raise ValueError("must be days, weeks or months: a cap does not know whose days off count")
    return wait


OfContact = Annotated[bool | Contact, BeforeValidator(_kind)]
"""`true` is an offer, or of a round an evaluation."""


class Cap(Words):
    """How many contacts there may be in a period."""

    by: Literal["team", "person"]
    """Whose contacts are counted: those with a jurisdiction, or with one person; in all engagements."""
    most: Annotated[int, Field(strict=True, ge=1, le=1000)]
    """How many there may be."""
    within: Annotated[LongerThanNothing, AfterValidator(_by_the_calendar)] = Field(alias="in")
    """In how many days, weeks or months, whenever they begin."""


class Contacts(Words):
    """How often teams and people may be contacted."""

    caps: tuple[Cap, ...] = ()
    """All of them hold."""
    interviews: Annotated[int, Field(strict=True, ge=0, le=1000)] = INTERVIEWS
    """How many interviews there may be in the whole engagement."""
