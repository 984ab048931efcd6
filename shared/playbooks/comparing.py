"""What would be obliged otherwise: by another playbook, whose words are held against the first, or if more were said.

Pure, like the planner: nothing is owed because it was compared.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from shared.events.base import Event, say
from shared.playbooks.history import History, fold
from shared.playbooks.model import Playbook
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.planner import UNTOUCHED, calendar_of, plan

Kind = Literal["added", "dropped", "moved", "reworded", "same"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WORDS = ("title", "owed_by", "kind", "instrument", "ask", "contact")
TIMES = ("overdue_at", "escalate_at", "escalate_to", "lapse_at", "closes_at", "remind_at")
"""What may differ of an obligation that is due at the same time; else it follows from the date."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one obligation when another playbook rules."""

    key: str
    kind: Kind
    before: Obligation | None
    after: Obligation | None
    words: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    """What else is told otherwise, by name: before, and after."""

    @property
    def owed(self) -> Obligation:
        """The obligation as it would be, or as it was if it would be dropped."""
        owed = self.after or self.before
        assert owed is not None
        return owed


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a playbook that another one says otherwise, or that only one of them says."""

    path: str
    """Like `window.wait`, or `rules.ask-for-plan.due.wait`."""
    before: Any
    after: Any


def compare(before: Mapping[str, Obligation], after: Mapping[str, Obligation]) -> list[Difference]:
    """What is added, dropped, moved and reworded from one plan to another, and what stays the same; by key."""
    return [_difference(key, before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]


def compare_over(old: Playbook, new: Playbook, history: History, places: Places, now: datetime) -> list[Difference]:
    """What a history would oblige otherwise if the new playbook ruled it instead of the old one.

    What is done, by hand or by a fact, is over and is no difference.
    """
    return compare(*(dict(_not_over(book, history, places, now)) for book in (old, new)))


def compare_if_said(
    playbook: Playbook, history: History, events: Iterable[Event], places: Places, now: datetime
) -> list[Difference]:
    """What would be owed otherwise if these events were said now; what is over is no difference."""
    told = [say(_as_the_last_word(event, history, now), now) for event in events]
    return compare(*(dict(_not_over(playbook, one, places, now)) for one in (history, fold(history, told))))


def counts(differences: Iterable[Difference]) -> dict[Kind, int]:
    """How many there are of each kind."""
    counted = Counter(one.kind for one in differences)
    return {kind: counted[kind] for kind in KINDS}


def words(old: Playbook, new: Playbook) -> list[Word]:
    """In which words two playbooks differ, those of their rules among them; what was left out counts as not said."""
    both = {rule.name for rule in old.rules} & {rule.name for rule in new.rules}
    before, after = dict(_spelled(old, both)), dict(_spelled(new, both))
    paths = dict.fromkeys([*before, *after])
    return [Word(path, a, b) for path in paths if (a := before.get(path)) != (b := after.get(path))]


def _not_over(playbook: Playbook, history: History, places: Places, now: datetime) -> Iterator[tuple[str, Obligation]]:
    for key, owed in plan(playbook, history, calendar_of(playbook, places), now).items():
        if not owed.done and history.marks.get(key, UNTOUCHED).ended is None:
            yield key, owed


def _as_the_last_word(event: Event, history: History, now: datetime) -> Event:
    """The event with a revision above all that was ever said of the same, also of what was taken back."""
    slot = say(event, now).slot
    before = [fact.event.revision for fact in history.facts.values() if fact.slot == slot]
    return event.model_copy(update={"revision": max(before, default=-1) + 1})


def _difference(key: str, before: Obligation | None, after: Obligation | None) -> Difference:
    if before is None or after is None:
        return Difference(key, "added" if after else "dropped", before, after)
    moved = before.falls_due_at != after.falls_due_at
    names = WORDS if moved else (*WORDS, *TIMES)
    told = {name: (a, b) for name in names if (a := getattr(before, name)) != (b := getattr(after, name))}
    return Difference(key, "moved" if moved else "reworded" if told else "same", before, after, told)


def _spelled(playbook: Playbook, in_both: Collection[str]) -> Iterator[tuple[str, Any]]:
    """The words of a playbook by their paths; a rule that only one has is told by its title."""
    said = playbook.model_dump(mode="json", exclude_unset=True, exclude={"playbook", "version", "rules"})
    yield from _flat("", said)
    for rule in playbook.rules:
        if rule.name not in in_both:
            yield f"rules.{rule.name}", rule.task or rule.title or rule.kind
            continue
        told = rule.model_dump(mode="json", exclude_unset=True, exclude={"name"})
        yield from _flat(f"rules.{rule.name}.", told)


def _flat(before: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The words of a piece by their paths; what a guard says of one attribute is one word."""
    for name, value in told.items():
        if isinstance(value, dict) and not before.endswith("when."):
            yield from _flat(f"{before}{name}.", value)
        else:
            yield f"{before}{name}", value
