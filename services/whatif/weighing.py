"""What was held against what would have been, by key; and what people did to tasks that would be missing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from services.replay import Played
from shared.events.base import Fact
from shared.events.intake import EngagementChanged, EngagementOpened, PlaybookPublished
from shared.obligations.obliged import Obliged

Kind = Literal["owed", "dropped", "moved", "suppressed", "ended", "reworded", "same"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Change:
    """One obligation as it was, and as it would have been."""

    key: str
    kind: Kind
    was: Obliged | None
    would: Obliged | None
    suppressed_by: str | None = None
    """The rule of contact that would have kept it back, if one did."""

    @property
    def told(self) -> Obliged:
        """As it would have been, or as it was if it would not have been at all."""
        told = self.would or self.was
        assert told is not None
        return told


@dataclass(frozen=True)
class Weighed:
    """All that came of a question."""

    policy: PlaybookPublished
    settings: tuple[str, ...]
    until: datetime
    engagements: tuple[str, ...]
    """Those that the playbook rules."""
    changes: tuple[Change, ...]
    apart: tuple[tuple[Fact, str], ...]
    """What people did to tasks that would not have been there, with the task."""
    refused: tuple[str, ...]
    """What would have been refused under the other policy only."""

    @property
    def counts(self) -> dict[Kind, int]:
        """How many obligations there are of each kind."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in KINDS}


def weigh(
    policy: PlaybookPublished,
    was: Played,
    would: Played,
    facts: Sequence[Fact],
    until: datetime,
    settings: Sequence[str] = (),
    engagement: str | None = None,
) -> Weighed:
    """Hold the obligations of two plays of one log against each other; of one engagement, if one is named."""
    before = {one.key: one for one in was.obligations if engagement in (None, one.engagement)}
    after = {one.key: one for one in would.obligations if engagement in (None, one.engagement)}
    changes = tuple(
        _change(key, before.get(key), after.get(key), was.suppressed, would.suppressed)
        for key in sorted(before.keys() | after.keys())
    )
    apart = tuple((fact, key) for fact in facts if (key := _by_hand(fact)) in before and key not in after)
    ruled = tuple(id for id in ruled_by(policy.playbook, facts) if engagement in (None, id))
    only = tuple(line for line in would.refused if line not in was.refused)
    return Weighed(policy, tuple(settings), until, ruled, changes, apart, only)


def ruled_by(playbook: str, facts: Iterable[Fact]) -> list[str]:
    """The engagements that were ever run by this playbook."""
    naming = (fact.event for fact in facts if isinstance(fact.event, EngagementOpened | EngagementChanged))
    return sorted({event.engagement_id for event in naming if event.playbook == playbook})


def _change(
    key: str, was: Obliged | None, would: Obliged | None, before: Mapping[str, str], after: Mapping[str, str]
) -> Change:
    if would is None:
        return Change(key, "dropped", was, None)
    if key in after and key not in before:
        return Change(key, "suppressed", was, would, after[key])
    if was is None:
        return Change(key, "owed", None, would)
    kind: Kind = "same"
    if was.due_at != would.due_at:
        kind = "moved"
    elif (was.state, was.fired_at) != (would.state, would.fired_at):
        kind = "ended"
    elif (was.title, was.to) != (would.title, would.to):
        kind = "reworded"
    return Change(key, kind, was, would)


def _by_hand(fact: Fact) -> str | None:
    """The obligation of which a person said something."""
    if fact.event.from_ledger:
        return None
    key: str | None = getattr(fact.event, "task_id", None) or getattr(fact.event, "round_id", None)
    return key
