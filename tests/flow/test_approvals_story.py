"""A region is asked, and what depends on it waits and says so, until it answers."""

from services.intake.domain.waiting import ApprovalClock
from tests.support.http import E1, OPENED, member
from tests.support.services import a_world

BROWSER = {"accept": "text/html"}

PLAYBOOK = """
playbook: example
version: 1
title: Example
rules:
- name: invite
  each: team
  needs: invite
  task: "Invite {jurisdiction}"
  to: facilitator
  due: {wait: 1 week, after: formed}
"""


async def test_an_invitation_waits_for_its_region_and_is_owed_with_the_answer() -> None:
    async with a_world() as world:
        await world.do("/playbooks", document=PLAYBOOK)
        await world.do("/engagements", **OPENED)
        team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")]}
        await world.do("/teams", **E1, **team, formed_on="2027-01-04")
        for n, (asked, answered) in enumerate([("2026-11-02", "2026-11-23"), ("2026-11-02", "2026-11-30")] * 2):
            before = {"approval_id": f"b{n}", "about": "invite", "region": 4}
            await world.do("/approvals", **before, asked_on=asked)
            await world.do("/approvals/answer", approval_id=f"b{n}", answered_on=answered, answer="granted")
        await world.do("/approvals", **E1, approval_id="a1", about="invite", jurisdiction="KY", asked_on="2027-01-04")

        assert await world.tasks() == {}
        why = "waits for the approval a1 to invite a state, which region 4 was asked for on 2027-01-04"
        assert [one["held_back"] for one in await world.get("/engagements/e1/calendar")] == [why]
        assert (await world.get("/tasks/e1/invite/ky/1/why"))["words"]["held back"] == why
        told = await world.get("/approvals/a1")
        assert (told["expected_on"], told["basis"], told["answered"]) == ("2027-02-01", "region_and_about", 4)
        clock = ApprovalClock.model_validate(await world.get("/approvals/clock", engagement="e1"))
        assert ([one.approval_id for one in clock.waiting], clock.paces[0].median) == (["a1"], 28)

        await world.until("2027-01-20")
        await world.do("/approvals/answer", **E1, approval_id="a1", answered_on="2027-01-20", answer="granted")
        assert await world.tasks() == {"invite/ky/1": "due 2027-01-20"}
        assert "expected_on" not in await world.get("/approvals/a1")


async def test_what_was_expected_by_now_and_is_held_back_says_that_it_waits() -> None:
    async with a_world() as world:
        await world.do("/playbooks", document=PLAYBOOK)
        await world.do("/engagements", **OPENED)
        team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")]}
        await world.do("/teams", **E1, **team, formed_on="2027-01-04")
        for day, told in {"2027-01-06": "expected", "2027-01-20": "was expected"}.items():
            await world.until(day)
            line = (await world.get("/app/engagements/e1.json"))["items"]
            [one] = [one for one in line if one["key"] == "e1/invite/ky/1"]
            assert (one["told"], one["on"]) == (told, "2027-01-11")
            page = (await world.http.get("/app/engagements/e1", headers=BROWSER)).text
            assert "Waits: nobody has asked yet for the approval to invite a state" in page
            assert ("Was expected <time" in page) == (told == "was expected")
