"""The proof at the end: everything is counted again from the bus, the outboxes, and a replay that knows no bus."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from services.demo.story import Entry
from shared.events import evaluation, followup
from shared.events.base import Fact
from shared.obligations.obliged import Obliged

SAME = ("state", "due_at", "fired_at", "to", "title", "because", "n")
COUNTED: Mapping[str, tuple[str, ...]] = {
    "said by people and trackers": ("said", "answered", "put_off", "handed_over", "done", "done_late", "skipped"),
    "obligations scheduled": ("obliged",),
    "moved": ("moved",),
    "withdrawn": ("withdrawn",),
    "fell due": ("fell_due",),
    "done by somebody": ("done", "done_late"),
    "done by a fact": ("settled", "settled_late"),
    "done late": ("done_late", "settled_late"),
    "skipped": ("skipped",),
    "lapsed": ("lapsed",),
    "escalated": ("escalated",),
    "rounds opened": ("opened",),
    "rounds closed": ("closed",),
}
"""What the summary counts, and the kinds of entries that count for it."""


def counts(entries: Iterable[Entry]) -> dict[str, int]:
    """How often what happened."""
    kinds = Counter(entry.kind for entry in entries)
    return {name: sum(kinds[kind] for kind in of) for name, of in COUNTED.items()}


def fell_due_twice(stream: Sequence[Fact]) -> list[str]:
    """Tasks that fell due, and rounds that opened, more than once for the same due date."""
    due: dict[str, object] = {}
    times: Counter[tuple[str, object]] = Counter()
    for fact in stream:
        match fact.event:
            case followup.FollowUpFellDue() as event:
                times[event.task_id, event.due_at] += 1
            case (evaluation.EvaluationScheduled() | evaluation.EvaluationMoved()) as event:
                due[event.round_id] = event.due_at
            case evaluation.EvaluationOpened() as event:
                times[event.round_id, due.get(event.round_id)] += 1
    return [f"{key}, due {due_at}: {count} times" for (key, due_at), count in times.items() if count > 1]


def differing(here: Iterable[Obliged], replayed: Iterable[Obliged]) -> list[str]:
    """Obligations that a replay without a bus makes otherwise, or not at all."""
    mine, theirs = {one.key: one for one in here}, {one.key: one for one in replayed}
    wrong = [f"{key}: only on the bus" for key in sorted(mine.keys() - theirs.keys())]
    wrong += [f"{key}: only in the replay" for key in sorted(theirs.keys() - mine.keys())]
    for key in sorted(mine.keys() & theirs.keys()):
        told = [
            f"{name} is {getattr(mine[key], name)}, but {getattr(theirs[key], name)} in the replay"
            for name in SAME
            if getattr(mine[key], name) != getattr(theirs[key], name)
        ]
        wrong += [f"{key}: {', '.join(told)}"] if told else []
    return wrong


def unlike(stream: Sequence[Fact], posted: Mapping[str, Sequence[str]], told: Iterable[Entry]) -> list[str]:
    """Where stream, outboxes and story do not hold the same facts, each once."""
    on_stream = Counter(fact.id for fact in stream)
    in_outboxes = Counter(id for ids in posted.values() for id in ids)
    in_story = {entry.fact.id for entry in told}
    wrong = [f"fact {id} is {count} times on the stream" for id, count in on_stream.items() if count > 1]
    wrong += [f"fact {id} was said by two services" for id, count in in_outboxes.items() if count > 1]
    wrong += [f"fact {id} was said but is not on the stream" for id in in_outboxes.keys() - on_stream.keys()]
    wrong += [f"fact {id} is on the stream but nobody said it" for id in on_stream.keys() - in_outboxes.keys()]
    wrong += [f"fact {id} is on the stream but was not told" for id in on_stream.keys() - in_story]
    return sorted(wrong)
