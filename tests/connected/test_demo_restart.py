"""Everything is stopped half-way and started again in the same folder: what is owed is what it would have been."""

from datetime import datetime
from pathlib import Path

import pytest

from services import demo
from services.demo.checking import differing, fell_due_twice
from services.demo.known import Known
from services.demo.playing import at_work
from services.demo.story import Story
from services.replay import played, published_in
from shared.clock import VirtualClock
from shared.events.base import Fact
from shared.events.wire import decode
from shared.playbooks.places import Places

HALF, END = datetime.fromisoformat("2017-11-08T12:00:00-05:00"), datetime.fromisoformat("2017-11-20T12:00:00-05:00")


@pytest.mark.slow
async def test_a_restart_in_the_middle_changes_nothing_that_is_owed(tmp_path: Path) -> None:
    log: list[Fact] = [decode(line) for line in demo.LOG.read_bytes().splitlines()]
    facts = [fact for fact in log if fact.time <= END]
    published = published_in(demo.PLAYBOOKS)
    story, clock = Story(Known(Places())), VirtualClock(facts[0].time)

    async with at_work(tmp_path, story, clock, tell=lambda _turn: None) as before:
        await before.publish(event.document for event in published)
        await before.go_on([fact for fact in facts if fact.time <= HALF], HALF)
    async with at_work(tmp_path, story, clock, tell=lambda _turn: None) as after:
        await after.go_on([fact for fact in facts if fact.time > HALF], END)
        stream, owed = await after.stream(), await after.obligations()

    assert differing(owed, (await played(facts, published, END)).obligations) == []
    assert fell_due_twice(stream) == []
    assert {fact.id for fact in facts} <= {fact.id for fact in stream}
    assert {one.state for one in owed} >= {"done", "scheduled", "expected"}
