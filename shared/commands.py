"""What a person or a program may ask a service to do, and what the service answers."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from shared.events.base import Count, Event

E = TypeVar("E", bound=Event)


class Command(BaseModel):
    """Something to be done; a revision above 0 corrects what was said before in the same words."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    revision: Count = 0

    @property
    def line(self) -> str:
        """The history that has to be known to decide."""
        return str(getattr(self, "engagement_id"))  # noqa: B009 - most commands are about an engagement

    def as_event(self, event: type[E], **more: Any) -> E:
        """The event that says that this was done."""
        told = {name: getattr(self, name) for name in type(self).model_fields if name in event.model_fields}
        return event(**{name: value for name, value in {**told, **more}.items() if value is not None})


class Said(BaseModel):
    """What came of a command: the id of the thing it was about, and the facts that now stand."""

    id: str
    facts: list[dict[str, Any]]
    new: bool
    """False where all of it had been said before: a repetition changes nothing."""
