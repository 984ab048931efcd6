"""A new version of a playbook: what is under way keeps its own until it adopts the new one; then ledgers follow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.saying import ENGAGEMENT, held, said, session
from tests.support.services import PLAYBOOK, World, a_world, published

STRICTER = (
    PLAYBOOK.replace("wait: 2 weeks, after: formed", "wait: 4 weeks, after: formed")
    .replace("wait: 1 week, before: start", "wait: 3 days, before: start")
    .replace("name: call,", "name: visit,")
    .replace("wait: 1 day, after: half", "wait: 1 week, after: half")
)


@asynccontextmanager
async def under_way() -> AsyncIterator[World]:
    """An engagement with a team and two sessions, by the first version; the second is published a week later."""
    async with a_world() as world:
        await world.say(published(), said("engagement_opened"), said("team_formed"))
        await world.say(session(1, "2027-01-19T14:00:00-05:00"), session(2, "2027-03-16T14:00:00-04:00"))
        await world.until("2027-01-11")
        await world.do("/playbooks", document=STRICTER.replace("version: 1", "version: 2"))
        yield world


async def adopts(world: World) -> None:
    await world.do("/engagements/change", engagement_id=ENGAGEMENT, playbook="example")


async def test_what_is_under_way_keeps_its_version_until_it_adopts_the_new_one() -> None:
    async with under_way() as world:
        before = await world.tasks("scheduled")
        assert before["ask/ky/1"] == "scheduled 2027-01-19"
        await world.do("/engagements/change", engagement_id=ENGAGEMENT, title="Another title")
        assert await world.tasks("scheduled") == before
        await adopts(world)
        assert (await world.tasks())["ask/ky/1"] == "scheduled 2027-02-01"
        [engagement] = (await world.get("/engagements"))["items"]
        assert engagement["playbook_version"] == 2


async def test_both_ledgers_follow_what_was_moved_withdrawn_and_added() -> None:
    async with under_way() as world:
        await world.say(held(1, "2027-01-11T14:00:00-05:00"))
        assert await world.rounds() == {"mid/e1/1": "scheduled 2027-01-12"}
        await adopts(world)
        assert await world.rounds() == {"mid/e1/1": "scheduled 2027-01-19"}
        await world.do("/engagements/close", engagement_id=ENGAGEMENT, reason="completed")
        assert set(await world.ids("/tasks", "rule", state="scheduled")) == {"absent", "remind", "ask", "visit"}


async def test_what_was_done_stays_done_and_what_fell_due_falls_due_again_only_where_it_moved_into_the_future() -> None:
    async with under_way() as world:
        await world.until("2027-01-13")
        assert (await world.tasks())["remind/s1/1"] == "due 2027-01-12"
        await world.do("/tasks/do", task_id=f"{ENGAGEMENT}/ask/ky/1")
        fell_due = (await world.said()).count("follow_up_fell_due")
        await adopts(world)
        assert (await world.tasks())["ask/ky/1"].startswith("done")
        assert (await world.tasks())["remind/s1/1"] == "scheduled 2027-01-15"
        await world.until("2027-01-15")
        assert (await world.said()).count("follow_up_fell_due") == fell_due + 1


async def test_what_fell_due_and_moved_within_the_past_does_not_fall_due_again() -> None:
    async with under_way() as world:
        await world.until("2027-02-15")
        overdue = (await world.tasks("overdue"))["ask/ky/1"]
        fell_due = (await world.said()).count("follow_up_fell_due")
        await adopts(world)
        await world.until("2027-02-20")
        assert (overdue, (await world.tasks())["ask/ky/1"]) == ("overdue 2027-01-19", "overdue 2027-02-01")
        assert (await world.said()).count("follow_up_fell_due") == fell_due


async def test_two_versions_can_be_adopted_on_one_day_and_to_adopt_twice_changes_nothing() -> None:
    async with under_way() as world:
        await adopts(world)
        third = STRICTER.replace("wait: 4 weeks, after: formed", "wait: 5 weeks, after: formed")
        await world.do("/playbooks", document=third.replace("version: 1", "version: 3"))
        assert (await world.tasks())["ask/ky/1"] == "scheduled 2027-02-01"
        await adopts(world)
        assert (await world.tasks())["ask/ky/1"] == "scheduled 2027-02-08"
        again = await world.do("/engagements/change", engagement_id=ENGAGEMENT, playbook="example")
        assert again["new"] is False


async def test_all_that_was_said_can_be_read_page_by_page_without_what_ledgers_made_of_it() -> None:
    async with under_way() as world:
        page = await world.get("/facts", limit=4)
        rest = await world.get("/facts", limit=4, cursor=page["next"])
        types = [fact["type"].split(".")[2] for fact in [*page["items"], *rest["items"]]]
        assert types == [
            "playbook_published", "engagement_opened", "team_formed", "session_scheduled", "session_scheduled",
            "playbook_published",
        ]  # fmt: skip
        assert rest["next"] is None
        of = await world.get("/facts", engagement=ENGAGEMENT, type="eng.intake.team_formed.v1")
        assert [fact["data"]["team_id"] for fact in of["items"]] == ["ky"]
