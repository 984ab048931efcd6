"""Telling: whoever asked for something hears what was made true by it."""

from collections.abc import Sequence

from shared.commands import Said
from shared.events import wire
from shared.events.base import Fact
from shared.storage.facts import Turn


def told(facts: Sequence[Fact], turns: Sequence[Turn]) -> Said:
    """The facts as they stand, what they are about, and whether any of them is new."""
    first = facts[0].event
    return Said(
        id=next((str(named) for name in first.identity if (named := getattr(first, name))), first.engagement_id),
        facts=[wire.document(fact) for fact in facts],
        new=any(turn.new for turn in turns),
    )
