"""One team in a browser: its members, what it lacks, its approvals with their clocks, and undoing what was said."""

import re

from tests.flow.test_intake_pages import page, sent
from tests.support.http import E1, prepared
from tests.support.services import World

TEAMS = "/app/engagements/e1/teams"
APPROVALS = "/app/engagements/e1/approvals"


async def undone(world: World, shown: str) -> str:
    """The page after its Undo was pressed."""
    facts = re.findall(r'name="fact_id" value="([^"]+)"', shown)
    return await sent(world, f"{TEAMS}/undo", fact_id=facts)


async def test_a_team_has_a_page_of_its_own_with_what_it_lacks_and_why() -> None:
    async with prepared() as world:
        assert f'href="{TEAMS}/ky"' in await page(world, TEAMS)
        shown = await page(world, f"{TEAMS}/ky")
        assert "Kentucky" in shown and "Nothing is lacking" in shown and "Next session: " in shown
        await world.do("/roles/vacate", **E1, team_id="ky", person_id="p-1", role="lead_agency")
        shown = await page(world, f"{TEAMS}/ky")
        assert "At risk" in shown and "Nobody in the team speaks for the lead agency." in shown
        assert "Vacant: lead agency" in shown and "Nobody is in the team any more." in shown
        [ky, vi] = (await world.get(f"{TEAMS}.json"))["items"]
        assert (ky["at_risk"], vi["at_risk"], ky["vacant"]) == (True, False, ["lead_agency"])
        await page(world, f"{TEAMS}/nobody", 404)


async def test_who_is_in_a_team_changes_on_its_page_and_is_undone_there() -> None:
    async with prepared() as world:
        ky = f"{TEAMS}/ky"
        shown = await sent(world, f"{ky}/fill", person_id="p-2", role="provider", on="2027-01-12")
        assert "p-2 is in the team now (provider)." in shown
        assert [one["person_id"] for one in (await world.get(f"{ky}.json"))["items"]] == ["p-1", "p-2"]
        shown = await undone(world, shown)
        assert "Undone: all is as before." in shown
        assert [one["person_id"] for one in (await world.get(f"{ky}.json"))["items"]] == ["p-1"]
        await sent(world, f"{ky}/fill", person_id="p-2", role="provider", on="2027-01-12")
        assert "p-2 leads the team." in await sent(world, f"{ky}/lead", lead="p-2", changed_on="2027-01-13")
        assert (await world.get("/teams/ky"))["lead"] == "p-2"
        shown = await sent(world, f"{ky}/vacate", person_id="p-1", role="lead_agency", on="2027-01-13")
        assert "p-1 gave up the role of lead agency. What it owes stays owed." in shown


async def test_what_is_refused_on_the_page_of_a_team_stands_beside_its_field() -> None:
    async with prepared() as world:
        shown = await sent(world, f"{TEAMS}/ky/fill", 422, person_id="not an id", role="provider")
        assert "Who is nobody whom the directory knows" in shown and 'value="not an id"' in shown
        shown = await sent(world, f"{TEAMS}/ky/vacate", 409, person_id="p-9", role="provider")
        assert "p-9 is not provider of team ky" in shown
        await sent(world, f"{TEAMS}/ky/leave", 422, left_on="2027-01-13")


async def test_a_second_team_comes_where_the_first_left() -> None:
    async with prepared() as world:
        shown = await sent(world, f"{TEAMS}/ky/leave", reason="Its agency was reorganised", left_on="2027-01-13")
        assert "The team takes part no more." in shown
        told = {"person-1": "p-7", "role-1": "lead_agency"}
        assert "KY has its team." in await sent(world, TEAMS, jurisdiction="KY", **told)
        teams = (await world.get("/teams", engagement="e1"))["items"]
        assert {one["team_id"]: one["state"] for one in teams} == {"ky": "left", "vi": "formed", "ky-2": "formed"}
        assert "has a team in this engagement already" in await sent(world, TEAMS, 422, jurisdiction="KY", **told)
        shown = await page(world, f"{TEAMS}/ky")
        assert "Its agency was reorganised" in shown and "It takes part after all" not in shown


async def test_a_team_that_left_can_come_back_and_leave_again() -> None:
    async with prepared() as world:
        for _ in range(2):
            shown = await sent(world, f"{TEAMS}/ky/leave", reason="No time", left_on="2027-01-13")
            assert "The team takes part no more." in shown and "It takes part after all" in shown
            shown = await page(world, f"{TEAMS}/ky")
            await undone(world, shown)
            assert (await world.get("/teams/ky"))["state"] == "formed"


async def test_an_approval_runs_by_the_clock_until_it_is_answered() -> None:
    async with prepared() as world:
        assert "Nobody was asked yet" in await page(world, APPROVALS)
        shown = await sent(world, APPROVALS, about="invite", jurisdiction="ky", asked_on="2027-01-05")
        assert "the office of region 4 was asked" in shown and "Waiting for 8 days" in shown
        again = await sent(world, APPROVALS, 422, about="invite", jurisdiction="KY", asked_on="2027-01-06")
        assert "was asked for on 2027-01-05 already" in again and 'value="2027-01-06"' in again
        assert "Invite a state: KY" in await page(world, f"{TEAMS}/ky")
        assert "Invite a state" not in await page(world, f"{TEAMS}/vi")
        shown = await sent(world, f"{APPROVALS}/invite-ky/answer", answer="granted", answered_on="2027-01-12")
        assert "The approval was granted." in shown and "after 7 days" in shown
        [row] = (await world.get(f"{APPROVALS}.json", state="granted"))["items"]
        assert (row["approval_id"], row["answered_on"], row["region"]) == ("invite-ky", "2027-01-12", 4)
        corrected = await sent(world, f"{APPROVALS}/invite-ky/answer", answer="declined", answered_on="2027-01-12")
        assert "The approval was declined." in corrected
        assert (await world.get("/approvals/invite-ky"))["state"] == "declined"
        await undone(world, corrected)
        assert (await world.get("/approvals/invite-ky"))["state"] == "granted"
        await undone(world, shown)
        assert "Waiting for 8 days" in await page(world, APPROVALS, state="asked")


async def test_an_answer_is_overdue_when_the_same_region_took_less_before() -> None:
    async with prepared() as world:
        for n in range(3):
            told = {"approval_id": f"a{n}", "about": "speaker", "region": 4}
            await world.do("/approvals", **told, asked_on="2026-12-01")
            await world.do("/approvals/answer", approval_id=f"a{n}", answer="granted", answered_on="2026-12-05")
        shown = await sent(world, APPROVALS, about="speaker", region="4", asked_on="2027-01-04")
        assert "Overdue by 5 days" in shown and "judging by 3 answers of that region about the same" in shown
        assert "must be a whole number from 1 to 10" in await sent(world, APPROVALS, 422, about="speaker", region="x")


async def test_the_facilitator_changes_on_the_page_of_the_teams() -> None:
    async with prepared() as world:
        shown = await sent(world, "/app/engagements/e1/roles/vacate", role="facilitator", on="2027-01-13")
        assert "p-f is not the facilitator any more." in shown and "Vacant" in shown
        shown = await sent(
            world, "/app/engagements/e1/roles/fill", role="facilitator", person_id="p-g", on="2027-01-13"
        )
        assert "p-g is the facilitator now." in shown
        assert (await world.get("/engagements/e1"))["people"]["facilitator"] == "p-g"
        await sent(world, "/app/engagements/e1/roles/fill", 422, role="facilitator", on="2027-01-13")


async def test_nothing_of_another_engagement_is_undone_here() -> None:
    async with prepared() as world:
        [fact] = [one for one in await world.facts("intake") if one["type"].split(".")[2] == "playbook_published"]
        await sent(world, f"{TEAMS}/undo", 404, fact_id=fact["id"])


async def test_who_applied_is_told_on_the_page_of_teams() -> None:
    async with prepared() as world:
        told = {"application_id": "a1", "jurisdiction": "WI", "stage": "exploring", "received_on": "2027-01-11"}
        await world.do("/applications", **E1, **told, needs=["keeping staff"], offers=["a registry"])
        shown = await page(world, TEAMS)
        assert "Applications" in shown and "Exploring" in shown and "keeping staff" in shown and "a registry" in shown
