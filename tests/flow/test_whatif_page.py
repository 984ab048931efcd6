"""What if, in a browser: words of a playbook said otherwise, and what would be due instead; nothing is said by it."""

from tests.flow.test_intake_pages import page
from tests.support.http import prepared
from tests.support.services import World

HERE = "/app/playbooks/example/what-if"
IMAGINED = {"start": "2027-02-01", "jurisdictions": "KY, WI"}


async def changes(world: World, *changed: tuple[str, str], **asked: str) -> dict[str, str]:
    """What would become of each obligation, by rule, item and occurrence."""
    for n, (path, value) in enumerate(changed, 1):
        asked |= {f"change{n}": path, f"to{n}": value}
    answer = await world.http.get(f"{HERE}.json", params=asked)
    assert answer.is_success, answer.text
    return {one["key"].split("/", 1)[1]: one["kind"] for one in answer.json()["items"]}


async def test_a_longer_wait_moves_what_it_rules_and_nothing_else() -> None:
    async with prepared() as world:
        found = await changes(world, ("rules.ask.due.wait", "3 weeks"), **IMAGINED)
        assert found == {"ask/team-ky/1": "moved", "ask/team-wi/1": "moved"}
        shown = await page(world, HERE, 200, change1="rules.ask.due.wait", to1="3 weeks", **IMAGINED)
        assert "2 moved; " in shown and "Ask KY for its plan" in shown and 'value="3 weeks"' in shown


async def test_a_rule_that_is_left_out_drops_its_tasks_and_a_window_closes_earlier() -> None:
    async with prepared() as world:
        found = await changes(world, ("rules.ask", ""), ("window.wait", "2 weeks"), **IMAGINED)
        dropped = {"ask/team-ky/1", "ask/team-wi/1", "call/team-ky/1", "call/team-wi/1"}
        assert {key for key, kind in found.items() if kind == "dropped"} == dropped


async def test_it_is_tried_on_an_engagement_that_is_under_way() -> None:
    async with prepared() as world:
        found = await changes(world, ("rules.ask.due.wait", "3 weeks"), engagement="e1")
        assert found == {"ask/vi/1": "moved"}  # Kentucky has handed in its plan
        before = await world.tasks()
        assert "Out-of-school time" in await page(world, HERE)
        assert await world.tasks() == before


async def test_what_cannot_be_tried_is_told_and_stays_typed() -> None:
    async with prepared() as world:
        assert "Choose above what to change." in await page(world, HERE)
        shown = await page(world, HERE, 422, change1="window.wait", to1="soon")
        assert "How long teams may be contacted: " in shown and "is not a length of time" in shown
        assert 'value="soon"' in shown
        shown = await page(world, HERE, 422, change1="window.wait", to1="")
        assert "say what it should be instead" in shown
        await page(world, HERE, 422, change1="rules.no-such.due.wait", to1="1 week")
        await page(world, HERE, 422, change1="window.wait", to1="1 week", jurisdictions="XX")
        answer = await world.http.get(f"{HERE}.json", params={"change1": "window.wait", "to1": "soon"})
        assert answer.status_code == 422 and answer.json()["title"] == "Not understood"
        await page(world, HERE, 404, change1="window.wait", to1="1 week", engagement="e9")
        await page(world, "/app/playbooks/none/what-if", 404)
