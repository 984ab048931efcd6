"""One ledger of contacts across engagements: who was reached, who was spared, and why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.saying import held, retraction, said, session
from tests.support.services import World, a_world, problems, published

RULES = """
playbook: example
version: 1
title: Example
window: {wait: 6 months, after: closed}
contacts: {caps: [{by: team, most: 1, in: 1 week}], interviews: 1}
rules:
- {name: offer, each: team, task: "Offer {jurisdiction} help", to: facilitator, contact: offer, due: {wait: 1 week, after: formed}}
- {name: ask, each: team, task: "Ask {jurisdiction}", to: facilitator, contact: interview, due: {wait: 1 month, after: formed}}
- {name: announce, each: engagement, task: "Tell all teams", to: facilitator, contact: true, due: {wait: 3 weeks, after: opened}}
- {name: later, each: engagement, evaluation: later, contact: true, due: {wait: 2 months, after: opened}, open_for: 2 weeks}
"""  # noqa: E501 - a rule a line
IN_E2: dict[str, Any] = {"engagement_id": "e2", "team_id": "kentucky"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Kentucky takes part in two engagements."""
    async with a_world() as world:
        await world.say(published(RULES), said("engagement_opened"), said("team_formed"))
        await world.say(said("engagement_opened", engagement_id="e2", opened_on="2027-01-06"))
        await world.say(said("team_formed", **IN_E2, formed_on="2027-01-06"))
        yield world


async def spared(world: World) -> dict[str, str]:
    """The contacts that were not made, and the rule that forbade them."""
    facts = [fact["data"] for fact in await world.facts() if "contact_suppressed" in fact["type"]]
    return {one["task_id"]: one["rule"] for one in facts}


async def contacts(world: World, **asked: str) -> list[str]:
    """Whom somebody reached out to: for which task, for what, and when."""
    found = (await world.get("/contacts", **asked))["items"]
    return [f"{one['task_id']} {one['kind']} {one['at'][:10]}" for one in found]


async def test_a_cap_holds_across_engagements_and_why_tells_what_used_it_up(world: World) -> None:
    await world.until("2027-01-14")
    assert await contacts(world, jurisdiction="KY") == ["e1/offer/ky/1 offer 2027-01-11"]
    assert await contacts(world, engagement="e2") == []
    assert await spared(world) == {"e2/offer/kentucky/1": "cap"}
    why = await world.get("/tasks/e2/offer/kentucky/1/why")
    assert (why["words"]["state"], why["words"]["suppressed"]) == (
        "lapsed",
        "KY has had 1 contact in 1 week, and the policy allows 1",
    )
    assert why["story"][-1]["data"]["used_up_by"] == ["e1/offer/ky/1"]
    assert "e2/offer/kentucky/1" not in await world.ids("/tasks", "task_id", state="open")


async def test_what_was_suppressed_can_still_be_done_by_hand(world: World) -> None:
    await world.until("2027-01-14")
    done = {"task_id": "e2/offer/kentucky/1", "person_id": "p-f"}
    assert (await world.post("/tasks/do", **done)).status_code == 409, "it is not open"
    await world.say(said("follow_up_done", task_id="e2/offer/kentucky/1", n=2, on="2027-01-14", engagement_id="e2"))
    assert (await world.get("/tasks/e2/offer/kentucky/1"))["state"] == "done"


async def test_a_team_that_declines_is_left_alone_until_it_consents(world: World) -> None:
    await world.do("/contacts/decline", engagement_id="e1", team_id="ky", note="They have no time")
    await world.until("2027-01-12")
    assert await spared(world) == {"e1/offer/ky/1": "consent"}
    [told] = (await world.get("/consents", engagement="e1"))["items"]
    assert (told["is_given"], told["team_id"], told["note"]) == (False, "ky", "They have no time")
    await world.until("2027-01-26")
    assert (await world.get("/tasks/e1/announce/e1/1"))["state"] == "lapsed"
    await world.do("/contacts/consent", engagement_id="e1", team_id="ky", on="2027-01-26")
    await world.until("2027-02-05")
    assert (await world.get("/tasks/e1/ask/ky/1"))["state"] in {"due", "overdue"}


async def test_a_word_that_was_a_mistake_is_taken_back(world: World) -> None:
    declined = said("contact_declined", team_id="ky", on="2027-01-04")
    await world.say(declined, retraction(declined))
    await world.until("2027-01-12")
    assert await spared(world) == {}
    assert await world.ids("/consents", "team_id") == []


async def test_a_person_who_declines_everywhere_is_contacted_nowhere(world: World) -> None:
    assert (await world.do("/contacts/decline", person_id="p-1"))["id"] == "p-1"
    assert (await world.do("/contacts/decline", person_id="p-1"))["new"] is False
    await world.until("2027-01-15")
    assert await spared(world) == {"e1/offer/ky/1": "consent", "e2/offer/kentucky/1": "consent"}


async def test_consent_is_of_somebody_who_is_there(world: World) -> None:
    nobody = await world.post("/contacts/decline", engagement_id="e1")
    assert problems(nobody, 422).keys() == {"person_id"}
    nowhere = await world.post("/contacts/decline", team_id="ky")
    assert problems(nowhere, 422).keys() == {"engagement_id"}
    unknown = await world.post("/contacts/decline", engagement_id="e1", team_id="wi")
    assert problems(unknown, 404).keys() == {"team_id"}


async def test_a_round_that_opens_is_a_contact_with_every_team(world: World) -> None:
    await world.say(said("team_formed", team_id="wi", jurisdiction="WI", lead="p-wi"))
    await world.until("2027-03-05")
    assert "e1/later/e1/1 evaluation 2027-03-04" in await contacts(world, jurisdiction="KY")
    assert "e1/later/e1/1 evaluation 2027-03-04" in await contacts(world, person_id="p-wi")


CHECK = """
playbook: check
version: 1
title: Check
rules:
- {name: check, each: team, evaluation: mid, contact: true, due: {wait: 2 days, after: formed}}
"""


async def test_a_round_of_one_team_is_a_contact_with_that_team_alone(world: World) -> None:
    await world.say(published(CHECK, name="check"), said("engagement_opened", engagement_id="e3", playbook="check"))
    for team, day in (("ky", "2027-01-05"), ("wi", "2027-01-11")):
        await world.say(said("team_formed", engagement_id="e3", team_id=team, jurisdiction=team.upper(), formed_on=day))
    await world.until("2027-01-14")
    assert await contacts(world, engagement="e3", jurisdiction="KY") == ["e3/check/ky/1 evaluation 2027-01-07"]
    assert await contacts(world, engagement="e3", jurisdiction="WI") == ["e3/check/wi/1 evaluation 2027-01-13"]


async def test_one_interview_is_the_quota_of_this_policy(world: World) -> None:
    await world.say(said("team_formed", team_id="wi", jurisdiction="WI", lead="p-wi", formed_on="2027-01-05"))
    await world.until("2027-02-10")
    rules = await spared(world)
    assert (rules["e1/ask/wi/1"], "e1/ask/ky/1" in rules) == ("quota", False)


async def test_a_contact_with_all_teams_goes_out_without_those_that_had_enough(world: World) -> None:
    await world.say(said("team_formed", team_id="wi", jurisdiction="WI", lead="p-wi", formed_on="2027-01-15"))
    await world.until("2027-01-26")
    task = await world.get("/tasks/e1/announce/e1/1/why")
    assert task["words"]["state"] == "due"
    assert task["words"]["suppressed"] == "wi: WI has had 1 contact in 1 week, and the policy allows 1"
    assert "e1/announce/e1/1 offer 2027-01-25" in await contacts(world, jurisdiction="KY")
    assert task["story"][-1]["data"]["left_out"] == ["wi"]


REMINDED = """
playbook: example
version: 1
title: Example
window: {wait: 6 months, after: closed}
contacts: {caps: [{by: team, most: 1, in: 1 week}]}
rules:
- {name: remind, each: session, task: "Remind all", to: facilitator, contact: reminder, due: {wait: 1 week, before: start}, done_by: held}
"""  # noqa: E501 - a rule a line
STARTS = "2027-01-12T15:00:00-05:00"


@pytest.fixture
async def reminded() -> AsyncIterator[World]:
    """A team whose first session is to be reminded of."""
    async with a_world() as world:
        await world.say(published(REMINDED), said("engagement_opened"), said("team_formed"))
        yield world


async def test_what_was_needed_no_more_when_it_fell_due_is_no_contact(reminded: World) -> None:
    await reminded.until("2027-01-14")
    await reminded.say(session(1, STARTS))
    await reminded.until("2027-01-15")
    assert await contacts(reminded) == ["e1/remind/s1/1 reminder 2027-01-14"], "as far as is known, it may be made"
    over = held(1, STARTS)
    await reminded.say(over)
    assert (await contacts(reminded), (await reminded.tasks())["remind/s1/1"][:4]) == ([], "done")
    await reminded.do("/facts/retract", fact_id=over.id, reason="a mistake")
    await reminded.until("2027-01-16")
    assert await contacts(reminded) == ["e1/remind/s1/1 reminder 2027-01-15"], "nothing has settled it after all"


async def test_what_fell_due_before_it_was_settled_may_have_been_made_and_counts(reminded: World) -> None:
    await reminded.say(session(1, STARTS))
    await reminded.until("2027-01-13")
    await reminded.say(held(1, STARTS))
    assert await contacts(reminded) == ["e1/remind/s1/1 reminder 2027-01-05"]
