"""Whose the tasks of an inbox are: one's own first, those of others when they are asked for."""

from httpx import AsyncClient

from tests.support.access import House, a_house
from tests.support.http import E1, OPENED, member
from tests.support.services import PLAYBOOK

BROWSER = {"accept": "text/html"}


async def under_way(house: House) -> None:
    """An engagement with one team: its facilitator asks for the plan, its evaluator judges the goal."""
    await house.world.do("/playbooks", document=PLAYBOOK)
    await house.world.do("/engagements", **OPENED)
    team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")]}
    await house.world.do("/teams", **E1, **team, formed_on="2027-01-04")


async def tasks(somebody: AsyncClient, **asked: str) -> list[str]:
    """What somebody's inbox holds."""
    return [one["task_id"] for one in (await somebody.get("/app/inbox.json", params=asked)).json()["items"]]


async def test_each_sees_what_is_theirs_to_do_and_the_rest_when_they_ask() -> None:
    async with a_house() as house:
        await under_way(house)
        facilitator, evaluator = await house.person("p-f", "facilitator"), await house.person("p-e", "evaluator")
        assert await tasks(facilitator) == ["e1/ask/ky/1"] and await tasks(evaluator) == ["e1/judge/g1/1"]
        assert await tasks(evaluator, whose="all") == ["e1/ask/ky/1", "e1/judge/g1/1"]


async def test_what_was_escalated_is_the_supervisors_too() -> None:
    async with a_house() as house:
        await under_way(house)
        supervisor = await house.person("p-s", "supervisor")
        assert await tasks(supervisor) == []
        page = (await supervisor.get("/app/inbox", headers=BROWSER)).text
        assert "Nothing is yours to do" in page and "Show the 2 tasks of others" in page
        await house.world.until("2027-02-08")
        assert await tasks(await house.person("p-s", "supervisor")) == ["e1/ask/ky/1"]


async def test_where_nobody_supervises_nobody_was_told_and_no_page_says_so() -> None:
    async with a_house() as house:
        await under_way(house)
        await house.world.until("2027-02-08")
        somebody = await house.person("p-f", "facilitator")
        pages = "/app/inbox", "/app/tasks/e1/ask/ky/1"
        for page in pages:
            assert "The supervisor was told" in (await somebody.get(page, headers=BROWSER)).text
        await house.world.do("/roles/vacate", **E1, role="supervisor", person_id="p-s")
        for page in pages:
            told = (await somebody.get(page, headers=BROWSER)).text
            assert "There is no supervisor to tell" in told and "was told" not in told


async def test_a_program_that_is_nobody_in_particular_is_told_of_all() -> None:
    async with a_house() as house:
        await under_way(house)
        program = await house.program("supervisor")
        assert await tasks(program) == ["e1/ask/ky/1", "e1/judge/g1/1"]
