"""Evaluation in a browser: rounds, promises beside what was seen of them, and what may be an outcome."""

import csv
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response

from tests.support.access import a_house
from tests.support.http import OPENED, prepared, session
from tests.support.saying import STEP, retraction, said
from tests.support.services import World, a_world, published

BROWSER = {"accept": "text/html"}
HERE = "/app/engagements/e1"
TAB = f"{HERE}/outcomes"
PLANNED = """
playbook: planned
version: 1
title: Planned
sessions: {planned: 2, every: 8 weeks}
window: {wait: 6 months, after: closed}
rules:
- {name: mid, each: engagement, evaluation: mid, instrument: m, due: {after: half_of_sessions}}
- {name: end, each: engagement, evaluation: end, instrument: e, due: {after: last_session}}
- {name: later, each: engagement, evaluation: later, instrument: l, due: {wait: 1 month, after: closed}}
"""
WATCHING = "playbook: example\nversion: 1\ntitle: Example\nwindow: {wait: 2 months, after: closed}\nrules: []\n"
GONE = "It rests on something that is not there any more, or no longer after the close"
SEEN: dict[str, str] = {"statement": "Kentucky wrote its plan", "evidence": "The plan itself", "level": "plan"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The mid evaluation is open, and one goal was promised."""
    async with prepared() as world:
        yield world


@pytest.fixture
async def watched() -> AsyncIterator[World]:
    """Kentucky's window has closed, and then it finished a step of its plan."""
    plan = said("action_plan_submitted", submitted_on="2027-01-20", steps=[STEP])
    opened = (published(WATCHING), said("engagement_opened"), said("team_formed"), plan)
    async with a_world() as world:
        await world.say(*opened, said("engagement_closed", closed_on="2027-02-01"))
        await world.until("2027-05-12")
        await world.say(said("action_step_reported", status="done", reported_on="2027-05-10"))
        yield world


async def page(world: World, path: str) -> str:
    answer = await world.http.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def send(world: World, path: str, **told: str | list[str]) -> Response:
    """What a browser gets after it sent a form."""
    answer = await world.http.post(path, data=told, headers=BROWSER, follow_redirects=True)
    await world.until(f"{world.clock.now():%Y-%m-%d}")
    return answer


async def undo(world: World, told: Response) -> Response:
    """Press Undo beside the sentence that says what was done."""
    return await send(world, f"{TAB}/undo", fact_id=re.findall('name="fact_id" value="(.+?)"', told.text))


async def record(world: World, **told: str) -> Response:
    """Fill in the form for an outcome, and send it."""
    [outcome_id] = re.findall('name="outcome_id" value="(.+?)"', await page(world, f"{TAB}/new"))
    return await send(world, f"{TAB}/record", **{"outcome_id": outcome_id, **SEEN, "seen_on": "2027-01-13", **told})


async def findings(world: World) -> list[dict[str, Any]]:
    return list((await world.get(f"{TAB}.json"))["items"])


async def test_rounds_are_expected_though_no_session_has_a_time_yet() -> None:
    async with a_world() as world:
        await world.do("/playbooks", document=PLANNED)
        await world.do("/engagements", **{**OPENED, "playbook": "planned"})
        rounds = (await world.get("/app/evaluations.json"))["items"]
        told = [(one["kind"], one["state"], one["supposed"], one["opens_at"][:10]) for one in rounds]
        assert told == [
            ("mid", "expected", True, "2027-02-16"),
            ("end", "expected", True, "2027-04-13"),
            ("later", "expected", True, "2027-06-25"),
        ]
        assert "if it goes on as its playbook plans" in await page(world, "/app/evaluations")
        assert "Tue, Feb 16</time>" in await page(world, TAB)
        await world.do("/sessions", **session(1, "2027-01-26T15:00:00-05:00"))
        [mid] = [one for one in (await world.get("/app/evaluations.json"))["items"] if one["kind"] == "mid"]
        assert (mid["opens_at"][:10], mid["supposed"]) == ("2027-01-26", False)
        assert (await world.get("/rounds"))["items"] == []


async def test_a_promise_of_which_nothing_was_seen_says_until_when(world: World) -> None:
    told = await page(world, TAB)
    assert "A plan for each team" in told and "Not yet due" in told and "Not judged yet." in told
    assert 'aria-current="page">Outcomes' in told
    await world.until("2027-03-02")
    assert "Overdue, nothing seen" in await page(world, TAB)


async def test_an_outcome_is_recorded_and_stands_under_the_promise_at_its_level(world: World) -> None:
    answer = await record(world, team_id="ky")
    assert "The outcome is recorded." in answer.text and "Kentucky wrote its plan" in answer.text
    [one] = await findings(world)
    assert (one["stands"], one["goal_id"], one["seen"], one["jurisdiction"], one["source"]) == (
        "seen", "g1", SEEN["statement"], "KY", "report",
    )  # fmt: skip
    await undo(world, answer)
    assert [one["stands"] for one in await findings(world)] == ["not_yet_due"]


async def test_what_nobody_had_promised_stands_apart(world: World) -> None:
    await record(world, level="network", statement="Two states now talk")
    assert "Never promised, and seen" in await page(world, TAB)
    assert [one["stands"] for one in await findings(world)] == ["not_yet_due", "never_promised"]


async def test_the_same_form_sent_twice_records_one_outcome_and_corrects_it_later(world: World) -> None:
    form = {"outcome_id": "o-1", **SEEN, "seen_on": "2027-01-13"}
    for _ in range(2):
        await send(world, f"{TAB}/record", **form)
    assert await world.ids("/outcomes", "outcome_id") == ["o-1"]
    assert "It is recorded already" in await page(world, f"{TAB}/o-1/correct")
    answer = await send(world, f"{TAB}/record", **{**form, "level": "policy"})
    assert "The outcome is corrected." in answer.text
    assert (await world.get("/outcomes/o-1"))["level"] == "policy"


async def test_what_is_refused_is_told_beside_its_field_and_what_was_typed_stays(world: World) -> None:
    for field, told in (
        ("level", {"level": ""}),
        ("statement", {"statement": " "}),
        ("seen_on", {"seen_on": "2027-02-01"}),
        ("goal_id", {"goal_id": "g9"}),
        ("team_id", {"team_id": "wi"}),
    ):
        answer = await record(world, **told)
        assert answer.is_client_error, field
        assert f'id="{field}-wrong"' in answer.text, answer.text
        assert SEEN["evidence"] in answer.text
    assert await world.ids("/outcomes", "outcome_id") == []


async def test_a_goal_is_judged_by_what_was_seen_and_the_verdict_is_undone(world: World) -> None:
    await record(world)
    [outcome_id] = await world.ids("/outcomes", "outcome_id")
    form = f"{HERE}/goals/g1/judge"
    assert "Kentucky wrote its plan" in await page(world, form)
    bare = await send(world, form, verdict="reached", on="2027-01-13")
    assert bare.status_code == 409 and "cite at least one outcome" in bare.text
    silent = await send(world, form, on="2027-01-13")
    assert silent.status_code == 422 and "Choose one of these" in silent.text
    answer = await send(world, form, verdict="partly", on="2027-01-13", outcomes=[outcome_id])
    assert "The goal is judged: partly reached." in answer.text and "The verdict rests on it" in answer.text
    [one] = await findings(world)
    assert (one["verdict"], one["verdict_rests_on_it"]) == ("partly", True)
    await undo(world, answer)
    assert (await world.get("/goals/g1")).get("verdict") is None
    await send(world, form, verdict="partly", on="2027-01-13", outcomes=[outcome_id])
    assert (await world.get("/goals/g1"))["verdict"] == "partly"


async def confirm(world: World, outcome_id: str, **told: str) -> Response:
    """Fill in what shows it, beside what the form proposes, and send it."""
    words = {"level": "practice", "statement": "Providers are invited each month", "evidence": "The new contracts"}
    return await send(world, f"{TAB}/{outcome_id}/confirm", **{**words, **told})


async def test_what_may_be_an_outcome_is_confirmed_by_whoever_says_what_shows_it_and_that_is_undone(
    watched: World,
) -> None:
    told = await page(watched, TAB)
    [outcome_id] = await watched.ids("/outcomes/proposed", "outcome_id")
    assert "KY finished a step of its plan: Invite providers" in told and "May be outcomes" in told
    assert f'href="{HERE}/sessions#plans">Invite providers</a>' in told
    assert f'href="{TAB}/{outcome_id}/confirm">It is an outcome' in told
    form = await page(watched, f"{TAB}/{outcome_id}/confirm")
    assert (
        'value="practice" selected' in form and ">KY finished a step of its plan: Invite providers</textarea>" in form
    )
    answer = await confirm(watched, outcome_id)
    assert "The outcome is confirmed." in answer.text and "May be outcomes" not in answer.text
    assert "Shown by: The new contracts" in answer.text
    [outcome] = (await watched.get("/outcomes"))["items"]
    assert (outcome["statement"], outcome["source"]) == ("Providers are invited each month", "watch")
    assert "It is recorded already" in await page(watched, f"{TAB}/{outcome_id}/confirm")
    assert "May be outcomes" in (await undo(watched, answer)).text
    assert "The outcome is confirmed." in (await confirm(watched, outcome_id)).text
    assert await watched.ids("/outcomes", "outcome_id") == [outcome_id]


async def test_nobody_confirms_an_outcome_without_saying_what_shows_it(watched: World) -> None:
    [outcome_id] = await watched.ids("/outcomes/proposed", "outcome_id")
    for told in ({"evidence": " "}, {"level": "weather"}):
        answer = await confirm(watched, outcome_id, **told)
        [field] = told
        assert answer.status_code == 422 and f'id="{field}-wrong"' in answer.text
        assert "Providers are invited each month</textarea>" in answer.text
    assert await watched.ids("/outcomes", "outcome_id") == []


async def test_what_may_be_an_outcome_leads_to_the_request_and_the_engagement_on_which_it_rests(
    watched: World,
) -> None:
    asked = said("ta_request_logged", engagement_id="-", request_id="r9", external_id="9", logged_on="2027-05-03")
    joined = said("team_formed", engagement_id="e2", team_id="ky-2", formed_on="2027-05-11")
    opened: dict[str, Any] = {"title": "Licensing together", "opened_on": "2027-05-10"}
    await watched.say(asked, said("engagement_opened", engagement_id="e2", **opened), joined)
    told = await page(watched, TAB)
    assert 'It rests on a request: <a class="usa-link" href="/app/requests/r9">workforce</a>' in told
    assert 'another engagement: <a class="usa-link" href="/app/engagements/e2">Licensing together</a>' in told
    assert "<h3>KY takes part in another engagement: Licensing together</h3>" in told
    await watched.say(retraction(asked, "-"))
    assert GONE in await page(watched, TAB)


async def test_what_may_be_an_outcome_says_so_where_the_close_was_later_than_what_it_rests_on(watched: World) -> None:
    assert GONE not in await page(watched, TAB)
    await watched.say(said("engagement_closed", closed_on="2027-05-11", revision=1))
    assert GONE in await page(watched, TAB)


async def test_of_what_is_not_theirs_evaluators_see_neither_title_nor_way() -> None:
    opened: dict[str, Any] = {"engagement_id": "e2", "title": "Licensing together", "opened_on": "2027-05-10"}
    people = {"facilitator": "p-1", "evaluator": "p-2"}
    async with a_house() as house:
        await house.world.say(
            published(WATCHING),
            said("engagement_opened", people=people),
            said("team_formed"),
            said("engagement_closed", closed_on="2027-02-01"),
        )
        await house.world.until("2027-05-12")
        await house.world.say(
            said("engagement_opened", **opened), said("team_formed", engagement_id="e2", formed_on="2027-05-11")
        )
        evaluator, office = await house.person("p-2", "evaluator"), await house.program("supervisor")
        told = [" ".join((await comer.get(TAB, headers=BROWSER)).text.split()) for comer in (evaluator, office)]
        [outcome_id] = await house.world.ids("/outcomes/proposed", "outcome_id")
        form = (await office.get(f"{TAB}/{outcome_id}/confirm", headers=BROWSER)).text
    assert "It rests on another engagement that is not yours to see" in told[0] and "Licensing together" not in told[0]
    assert "/app/engagements/e2" not in told[0] and "KY takes part in another engagement: e2" in told[0]
    assert 'href="/app/engagements/e2">Licensing together</a>' in told[1]
    [proposed] = re.findall("<textarea[^>]*>(KY takes[^<]*)<", form)
    assert "Licensing together</h2>" in form and proposed == "KY takes part in another engagement: e2", (
        "who confirms it sees the title, but whoever reads the outcome may not"
    )


async def test_what_may_be_an_outcome_is_dismissed_with_a_reason_and_confirmed_after_all(watched: World) -> None:
    [outcome_id] = await watched.ids("/outcomes/proposed", "outcome_id")
    silent = await send(watched, f"{TAB}/dismiss", outcome_id=outcome_id)
    assert silent.status_code == 422
    answer = await send(watched, f"{TAB}/dismiss", outcome_id=outcome_id, reason="Paid by another grant")
    assert "It is dismissed" in answer.text and "Paid by another grant" in answer.text
    assert f'href="{TAB}/{outcome_id}/confirm">It is one after all' in answer.text
    assert "May be outcomes" in (await undo(watched, answer)).text
    await send(watched, f"{TAB}/dismiss", outcome_id=outcome_id, reason="Paid by another grant")
    assert "The outcome is confirmed." in (await confirm(watched, outcome_id)).text


async def test_an_engagement_without_goals_says_what_to_do(watched: World) -> None:
    told = await page(watched, TAB)
    assert "Nothing was promised" in told and f'href="{TAB}/new"' in told
    assert "No round is planned" in told


async def test_a_round_shows_how_it_stands_and_is_closed_before_its_time(world: World) -> None:
    [round_id] = await world.ids("/rounds", "round_id", state="open")
    await world.do("/rounds/answer", round_id=round_id, answer_id="a1", answers={"q1": 4})
    told = await page(world, TAB)
    assert "Mid evaluation" in told and ">Open<" in told and "1 answer" in told
    answer = await send(world, f"{HERE}/rounds/close", round_id=round_id)
    assert "The round is closed." in answer.text
    assert (await world.get(f"/rounds/{round_id}"))["state"] == "done"
    await undo(world, answer)
    assert (await world.get(f"/rounds/{round_id}"))["state"] == "due"


async def test_the_evaluations_of_all_engagements_are_listed_by_state_and_kind(world: World) -> None:
    assert "Mid evaluation" in await page(world, "/app/evaluations")
    rows = (await world.get("/app/evaluations.json"))["items"]
    assert [(row["engagement_title"], row["kind"], row["state"]) for row in rows] == [
        ("Out-of-school time", "mid", "open"),
    ]
    assert (await world.get("/app/evaluations.json", state="planned"))["items"] == []
    assert "None like that" in await page(world, "/app/evaluations?kind=end")
    sheet = list(csv.DictReader((await world.http.get("/app/evaluations.csv?engagement=e1")).text.splitlines()))
    assert [(row["kind"], row["answers"]) for row in sheet] == [("mid", "0")]
    assert (await world.http.get("/app/evaluations?colour=green")).status_code == 422


async def test_a_round_that_waits_for_its_moment_is_told_as_expected() -> None:
    rules = """
playbook: example
version: 1
title: Example
rules:
- {name: later, each: engagement, evaluation: later, instrument: later-survey, due: {wait: 4 months, after: closed}}
"""
    async with a_world() as world:
        assert "There has been no round yet" in await page(world, "/app/evaluations")
        await world.say(published(rules), said("engagement_opened", planned_close="2027-06-30"))
        [row] = (await world.get("/app/evaluations.json"))["items"]
        assert (row["state"], row["opens_at"][:10], row["answers"]) == ("expected", "2027-11-01", 0)
        told = await page(world, TAB)
        assert ">Expected<" in told and "Mon, Nov 1</time>" in told


async def test_what_is_not_known_here_is_not_found(world: World) -> None:
    for path in ("/app/engagements/e9/outcomes", f"{TAB}/o-9/correct", f"{HERE}/goals/g9/judge"):
        assert (await world.http.get(path, headers=BROWSER)).status_code == 404
    assert (await send(world, f"{HERE}/rounds/close", round_id="e9/mid/e9/1")).status_code == 404
    assert (await world.http.get(f"{TAB}/o-9/confirm", headers=BROWSER)).status_code == 404
    assert (await confirm(world, "o-9")).status_code == 404
