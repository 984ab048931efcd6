"""Three agencies ask about one topic under three names: the planner hears of it, and an engagement answers them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.cli import topics as command
from tests.support.ncase import PLAYBOOKS
from tests.support.services import PLAYBOOK, World, a_world, problems

ASKED = {
    "KY": ("OST workforce", "2027-01-04"),
    "WI": ("out-of-school time workforce", "2027-01-05"),
    "VI": ("Afterschool workforce", "2027-01-06"),
}
TOPIC = "out-of-school-time-workforce"
OPENED = {
    "engagement_id": "ost",
    "title": "Out-of-school time",
    "playbook": "example",
    "center": "NCASE",
    "topic": TOPIC,
    "opened_on": "2027-01-07",
    "time_zone": "America/New_York",
    "people": {"facilitator": "p-f", "evaluator": "p-e"},
    "answers": ["ncase-KY", "ncase-WI", "ncase-VI"],
}


async def ask(world: World, jurisdiction: str, topic: str, **told: Any) -> None:
    words = {"source": "ncase", "external_id": told.pop("id", jurisdiction), "need": "How do other states do it?"}
    await world.do("/requests", jurisdiction=jurisdiction, topic=topic, **words, **told)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as here:
        await here.do("/playbooks", document=(PLAYBOOKS / "desk.yaml").read_text())
        await here.do("/playbooks", document=PLAYBOOK)
        for jurisdiction, (topic, day) in ASKED.items():
            await here.until(day)
            await ask(here, jurisdiction, topic)
        yield here


async def planned(world: World) -> dict[str, str]:
    tasks = await world.tasks(to="planner")
    return {key.split("/")[2].rpartition("-")[0]: state for key, state in tasks.items()}


async def test_the_planner_has_a_task_and_sees_whom_to_invite(world: World) -> None:
    assert (await world.said("intake")).count("topic_in_demand") == 1
    assert await planned(world) == {f"{TOPIC}@3-2027-01-04": "scheduled 2027-01-13"}
    [topic] = await world.get("/topics", state="in_demand")
    assert (topic["topic"], topic["said"], topic["to_go"], topic["since"]) == (TOPIC, True, 3, "2027-01-04")
    assert [one["jurisdiction"] for one in topic["invite"]] == ["KY", "VI", "WI"]
    assert topic["invite"][0]["requests"][0]["need"] == "How do other states do it?"
    assert await world.get("/topics/OST%20workforce") == topic
    [task] = (await world.get("/tasks", to="planner"))["items"]
    why = await world.get(f"/tasks/{task['key']}/why")
    assert "eng.intake.topic_in_demand.v1" in why["words"]["because"]
    await world.do("/tasks/do", task_id=task["key"])
    assert await planned(world) == {f"{TOPIC}@3-2027-01-04": "done 2027-01-13"}


async def test_an_engagement_that_answers_them_ends_the_wave_and_the_next_one_starts_anew(world: World) -> None:
    await world.until("2027-01-07")
    await world.do("/engagements", **OPENED)
    assert await world.get("/topics") == []
    assert set((await world.tasks("done", to="facilitator")).values()) == {
        "done 2027-01-26", "done 2027-01-27", "done 2027-01-28",
    }  # fmt: skip
    for place in ("KY", "WI"):
        await ask(world, place, TOPIC, id=f"{place}-again")
    assert (await world.said("intake")).count("topic_in_demand") == 1
    assert (await world.get(f"/topics/{TOPIC}"))["state"] == "growing"
    await ask(world, "OH", "school-age workforce")
    assert sorted(await planned(world)) == [f"{TOPIC}@3-2027-01-04", f"{TOPIC}@3-2027-01-07"]


async def test_a_request_that_is_older_than_the_period_does_not_count(world: World) -> None:
    await ask(world, "OH", "licensing", logged_on="2026-07-01", id="old")
    await ask(world, "TN", "licensing rules")
    await ask(world, "GA", "Licensing")
    licensing = await world.get("/topics/licensing")
    assert ([one["jurisdiction"] for one in licensing["invite"]], licensing["state"]) == (["GA", "TN"], "growing")
    assert licensing["called"] == ["Licensing", "licensing rules"]


async def test_the_desk_that_is_in_force_says_how_many_it_takes(world: World) -> None:
    text = (PLAYBOOKS / "desk.yaml").read_text().replace("version: 2", "version: 3")
    await world.do("/playbooks", document=text.replace("jurisdictions: 3, within: 180 days", "jurisdictions: 2"))
    await ask(world, "KY", "licensing", id="l1")
    await ask(world, "WI", "licensing", id="l2")
    assert (await world.get("/topics/licensing"))["state"] == "in_demand"
    assert (await world.said("intake")).count("topic_in_demand") == 2


async def test_a_topic_that_nobody_ever_asked_about_is_unknown(world: World) -> None:
    answer = await world.http.get("/topics/fishing")
    assert problems(answer, 404) == {"": "There is no topic fishing. Check the address or the id."}


async def test_the_command_tells_whom_to_invite(world: World) -> None:
    told = command.lines(await world.get("/topics"), whole=False)
    assert told[0] == f"{TOPIC}: 3 jurisdictions since 2027-01-04; in demand"
    assert told[1].split()[:3] == ["KY", "2027-01-04", "ncase-KY"]
    assert command.lines([], whole=False) == ["No request waits for an answer."]
