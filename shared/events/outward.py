"""Facts as they are told outside the house: what staff wrote to one another about a mistake stays inside."""

from dataclasses import replace

from shared.events.base import Fact, FactRetracted

TAKEN_BACK = "taken_back"
"""What stands in place of the reason for which somebody took a fact back: it is free text, and may name people."""


def outward(fact: Fact) -> Fact:
    """The fact as subscribers get it, the same each time."""
    if isinstance(fact.event, FactRetracted):
        return replace(fact, event=fact.event.model_copy(update={"reason": TAKEN_BACK}))
    return fact
