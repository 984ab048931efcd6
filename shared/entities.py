"""What a service knows of a thing: a state that evolves with each fact about it, whatever order the facts came in."""

from collections.abc import Callable
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from shared.events.base import Event, Fact
from shared.playbooks.history import History


class Entity(BaseModel):
    """One thing as its facts stand; equal facts make equal entities."""

    model_config = ConfigDict(frozen=True)

    def but(self, **changes: Any) -> Self:
        """The same thing, with these of its fields different."""
        return self.model_copy(update=changes)


E = TypeVar("E", bound=Entity)


def gather(
    history: History, begins: type[Event], name: str, evolve: Callable[[E | None, Fact], E | None]
) -> dict[str, E]:
    """The things of one kind, by the id in the field `name`; a thing is unknown until its `begins` is said.

    What was said of a thing before it was known takes effect as soon as it is.
    """
    known: dict[str, E] = {}
    facts = (fact for fact in history.effective if hasattr(fact.event, name))
    for fact in sorted(facts, key=lambda fact: (not isinstance(fact.event, begins), fact.time, fact.id)):
        id = getattr(fact.event, name)
        state = evolve(known.get(id), fact)
        if state is not None:
            known[id] = state
    return known
