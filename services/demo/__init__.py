"""The command `throughline demo`: a whole engagement on a real bus, its story told, and everything counted again."""

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from services.demo import checking
from services.demo.highlights import highlights
from services.demo.known import Known
from services.demo.onlooker import NeverHeard
from services.demo.playing import Tell, at_work
from services.demo.printing import Printer
from services.demo.story import Entry, Story
from services.replay import COLUMNS, facts_of, played, published_in
from shared import logs
from shared.bus.server import ServerFailed
from shared.clock import VirtualClock
from shared.errors import Malformed, of_file
from shared.events.base import Fact
from shared.events.log import end_of
from shared.obligations.obliged import Obliged
from shared.playbooks.places import Places

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
LOG = PLAYBOOKS / "examples" / "peer-learning-community.jsonl"
UNTIL = "2018-10-31"


@dataclass(frozen=True)
class Outcome:
    """What a demo came to."""

    story: Story
    obligations: list[Obliged]
    missing: list[str]
    """What is not as it must be: facts or obligations that lack, are too many, or differ from a replay's."""
    twice: list[str]
    """What fell due twice."""


def run(as_json: bool, until: str) -> int:
    """Play the example, tell its story, and return 1 if anything is missing or fell due twice."""
    logs.set_up("WARNING", False)
    began = time.monotonic()
    printer = Printer(Console(highlight=False, soft_wrap=False))
    try:
        facts, wrong = facts_of(LOG)
        end = end_of(until)
    except (OSError, Malformed) as error:
        why = "; ".join(map(str, error.problems)) if isinstance(error, Malformed) else of_file(error)
        sys.stderr.write(f"The demo can not be played. {why}\n")
        return 1
    if not as_json:
        _introduce(printer, facts)
    try:
        with tempfile.TemporaryDirectory(prefix="throughline-demo-") as folder:
            outcome = asyncio.run(play(Path(folder), facts, end, (lambda _: None) if as_json else printer.tell))
    except (NeverHeard, ServerFailed) as error:
        sys.stderr.write(f"The demo stopped half-way. {error}\n")
        return 1
    outcome.missing.extend(wrong)
    seconds = time.monotonic() - began
    if as_json:
        sys.stdout.write(json.dumps(document(outcome, seconds), indent=1, ensure_ascii=False) + "\n")
    else:
        printer.end_of_day()
        _conclude(printer, outcome, seconds)
    return 1 if outcome.missing or outcome.twice else 0


async def play(folder: Path, facts: list[Fact], until: datetime, tell: Tell) -> Outcome:
    """Play a log on a real bus in a folder, and hold what came of it against a replay that knows no bus."""
    published = published_in(PLAYBOOKS)
    start = min(fact.time for fact in facts)
    story = Story(Known(Places()))
    async with at_work(folder, story, VirtualClock(start), tell) as at_the_bus:
        await at_the_bus.publish(event.document for event in published)
        await at_the_bus.go_on(facts, until)
        stream, owed = await at_the_bus.stream(), await at_the_bus.obligations()
        missing = [*at_the_bus.refused, *checking.unlike(stream, await at_the_bus.posted(), story.entries)]
    missing += checking.differing(owed, (await played(facts, published, until)).obligations)
    return Outcome(story, owed, missing, checking.fell_due_twice(stream))


def document(outcome: Outcome, seconds: float) -> dict[str, Any]:
    """The same for machines.

    An event's kind is one of those that `checking.COUNTED` counts, or `handed_on`, `window_closed` or `at_risk`. Its
    `fact` may be told twice, once for what it says and once for what it means: the window closes with the first task
    that lapses, a team comes to be at risk with the fact by which one can tell.
    """
    rows = [one.model_dump(mode="json", include=set(COLUMNS)) for one in outcome.obligations]
    return {
        "events": [_event(entry) for entry in outcome.story.entries],
        "obligations": [{name: row[name] for name in COLUMNS} for row in rows],
        "highlights": [
            {"name": one.name, "date": one.date.isoformat(), "sentence": one.sentence}
            for one in highlights(outcome.story.told)
        ],
        "summary": {
            "counts": checking.counts(outcome.story.entries),
            "missing": outcome.missing,
            "twice": outcome.twice,
            "seconds": round(seconds, 1),
        },
    }


def _event(entry: Entry) -> dict[str, Any]:
    told = {
        "date": entry.date.isoformat(),
        "kind": entry.kind,
        "sentence": entry.sentence,
        "type": entry.fact.event.type,
        "fact": entry.fact.id,
    }
    return told | ({"because": entry.fact.cause} if entry.fact.cause else {})


def _introduce(printer: Printer, facts: list[Fact]) -> None:
    months = f"{facts[0].time:%B %Y} to {facts[-1].time:%B %Y}"
    printer.paragraph(
        f"A whole Peer Learning Community, {months}. What people and trackers said is read from a log of"
        f" {len(facts)} facts. All that stands behind an arrow, and all that falls due, comes by itself. Bus and"
        " databases are real, and live in a temporary folder; only the clock is virtual."
    )


def _conclude(printer: Printer, outcome: Outcome, seconds: float) -> None:
    printer.highlights(highlights(outcome.story.told))
    printer.counts(checking.counts(outcome.story.entries))
    printer.paragraph("\nCounted again", "bold underline")
    printer.paragraph(_verdict(outcome.twice, "Nothing fell due twice.", "Fell due twice:"))
    printer.paragraph(
        _verdict(
            outcome.missing,
            "Nothing is missing: every fact of every outbox is on the bus, once, and nothing else is; and a replay"
            f" without a bus makes the same of all {len(outcome.obligations)} obligations.",
            "Missing, or not as it must be:",
        )
    )
    printer.paragraph(f"It took {seconds:.0f} seconds.", "dim")


def _verdict(wrong: list[str], well: str, badly: str) -> str:
    return "\n  ".join([badly, *wrong]) if wrong else well
