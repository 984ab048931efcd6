"""`throughline demo --portfolio`: 24 engagements of five centers in one store, and what they come to, counted again."""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.demo import checking
from services.demo.known import Known
from services.demo.onlooker import NeverHeard
from services.demo.playing import at_work
from services.demo.portfolio.printing import as_text
from services.demo.portfolio.reading import Opportunity, facts_of, opportunities_in
from services.demo.portfolio.summary import Portfolio, summarized
from services.demo.story import Entry, Story, Told, Turn
from services.replay import played, published_in
from shared import logs
from shared.bus.server import ServerFailed
from shared.clock import VirtualClock
from shared.errors import Malformed
from shared.events.base import Fact
from shared.events.intake import CohortAssigned, EngagementOpened
from shared.events.log import end_of
from shared.playbooks.places import Places

FOLDER = Path(__file__).parents[3] / "playbooks"
FILES = FOLDER / "examples" / "portfolio"
UNTIL = "2018-03-31"


@dataclass(frozen=True)
class Outcome:
    """What a play of the portfolio came to."""

    portfolio: Portfolio
    missing: list[str]
    """What is not as it must be: facts, obligations, engagements, or sums that are not those of the files."""
    twice: list[str]


class Noted(Story):
    """A story that is noted and not told."""

    def hear(self, turn: Turn) -> Told:
        on = turn.at.date()
        told = Told(on, tuple(Entry(on, "said", "", fact) for fact in turn.facts))
        self.told.append(told)
        return told


def run(as_json: bool, until: str) -> int:
    """Play the portfolio, print its summary, and return 1 if anything is missing, or twice, or sums differ."""
    logs.set_up("WARNING", False)
    began = time.monotonic()
    try:
        opportunities, end = opportunities_in(FILES), end_of(until)
        with tempfile.TemporaryDirectory(prefix="throughline-demo-") as folder:
            outcome = asyncio.run(play(Path(folder), opportunities, end))
    except (OSError, Malformed, NeverHeard, ServerFailed) as error:
        sys.stderr.write(f"The portfolio can not be played. {error}\n")
        return 1
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        checked = {"missing": outcome.missing, "twice": outcome.twice, "seconds": seconds}
        sys.stdout.write(json.dumps({**outcome.portfolio.document(), "checked": checked}, indent=1) + "\n")
    else:
        sys.stdout.write(as_text(outcome.portfolio, outcome.missing, outcome.twice, end, seconds) + "\n")
    return 1 if outcome.missing or outcome.twice else 0


async def play(folder: Path, opportunities: Sequence[Opportunity], until: datetime) -> Outcome:
    """Open all engagements on a real bus in a folder, and hold what came of it against the files and a replay."""
    published = published_in(FOLDER)
    facts = [fact for opportunity in opportunities for fact in facts_of(opportunity)]
    story = Noted(Known(Places()))
    async with at_work(folder, story, VirtualClock(facts[0].time), lambda _: None) as at_the_bus:
        await at_the_bus.publish(event.document for event in published)
        await at_the_bus.go_on(facts, until)
        stream, owed = await at_the_bus.stream(), await at_the_bus.obligations()
        missing = [*at_the_bus.refused, *checking.unlike(stream, await at_the_bus.posted(), story.entries)]
    missing += unlike_the_files(stream, opportunities)
    missing += checking.differing(owed, (await played(facts, published, until)).obligations)
    return Outcome(summarized(stream, owed), missing, checking.fell_due_twice(stream))


def unlike_the_files(stream: Sequence[Fact], opportunities: Sequence[Opportunity]) -> list[str]:
    """Engagements and cohorts that the files tell of and the bus does not, or not once."""
    opened = Counter(fact.event.engagement_id for fact in stream if isinstance(fact.event, EngagementOpened))
    cohorts = Counter(fact.event.engagement_id for fact in stream if isinstance(fact.event, CohortAssigned))
    wrong = [f"{it.title}: opened {n} times" for it in opportunities if (n := opened[it.engagement_id]) != 1]
    return wrong + [
        f"{it.title}: {n} cohorts instead of {it.cohorts}"
        for it in opportunities
        if (n := cohorts[it.engagement_id]) != it.cohorts
    ]
