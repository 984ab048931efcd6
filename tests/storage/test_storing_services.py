"""All four services on PostgreSQL do what they do on SQLite: the same engagement has the same story."""

from typing import Any

import pytest

from services.replay import IN_MEMORY
from tests.support.http import E1, prepared
from tests.support.services import World, problems
from tests.support.stores import a_database_on


async def live(world: World) -> dict[str, Any]:
    """Let an engagement take its way, and tell what there is to see of it."""
    await world.do("/homework/hand-in", **E1, homework_id="h1", team_id="ky")
    await world.do("/rounds/answer", round_id="e1/mid/e1/1", answer_id="a1", answers={"why": "Gespräche 🙂"})
    await world.do("/outcomes", **E1, outcome_id="o1", level="policy", statement="A rule", evidence="Its text")
    await world.do("/tasks/snooze", task_id="e1/absent/vi@s1/1", until="2027-01-25")
    done = await world.do("/tasks/do", task_id="e1/ask/vi/1")
    await world.do("/facts/retract", fact_id=done["facts"][0]["id"], reason="Another team")
    problems(await world.post("/outcomes", **E1, outcome_id="o1", level="policy", statement="B", evidence="C"), 409)
    for day in ("2027-01-20", "2027-02-05", "2027-03-10"):
        await world.until(day)
    await world.do("/requests", source="x", external_id="1", jurisdiction="KY", topic="t", need="n")
    await world.do("/engagements/close", **E1, reason="completed")
    seen: dict[str, Any] = {
        path: await world.get(path)
        for path in ("/tasks", "/rounds", "/sessions", "/plans", "/outcomes", "/goals", "/teams", "/requests")
    }
    seen["story"] = await world.get("/engagements/e1/story")
    seen["ahead"] = await world.get("/engagements/e1/calendar")
    seen["page"] = await world.get("/tasks", limit=2, cursor=(await world.get("/tasks", limit=1))["next"])
    return seen


@pytest.mark.slow
async def test_the_same_engagement_has_the_same_story_on_both(server: str) -> None:
    async with prepared(IN_MEMORY) as world:
        on_sqlite = await live(world)
    async with a_database_on(server) as url, prepared(url) as world:
        on_postgresql = await live(world)
    assert on_postgresql == on_sqlite
