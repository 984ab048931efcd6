"""Intake in a browser: topics in demand, an engagement opened after a look at its schedule, its teams, playbooks."""

import csv
import io
import re
from typing import Any

from tests.support.access import a_house
from tests.support.http import OPENED, prepared, session
from tests.support.services import PLAYBOOK, World

BROWSER = {"accept": "text/html"}
NEW = {
    "title": "Rural out-of-school time",
    "playbook": "example",
    "topic": "rural out-of-school time",
    "center": "NCASE",
    "facilitator": "p-f",
    "evaluator": "p-e",
    "opened_on": "2027-01-13",
    "time_zone": "America/New_York",
}


async def page(world: World, path: str, status: int = 200, **asked: str) -> str:
    """What a browser shows."""
    answer = await world.http.get(path, params=asked, headers=BROWSER)
    assert answer.status_code == status, answer.text
    return answer.text


async def sent(world: World, path: str, status: int = 200, /, **told: Any) -> str:
    """The page that a browser shows after it sent a form."""
    answer = await world.http.post(path, data=told, headers=BROWSER, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return answer.text


async def asked_for(world: World) -> None:
    """Kentucky and Wisconsin ask about one topic."""
    for number, place in enumerate(("KY", "WI"), 1):
        told = {"source": "ncase", "external_id": str(number), "jurisdiction": place, "need": "How do others do it?"}
        await world.do("/requests", request_id=f"r{number}", topic=NEW["topic"], logged_on="2027-01-11", **told)


async def test_a_topic_tells_who_asks_since_when_and_leads_to_an_engagement_about_it() -> None:
    async with prepared() as world:
        await asked_for(world)
        shown = await page(world, "/app/topics")
        assert "2 jurisdictions ask: KY, WI" in shown and "How do others do it?" in shown
        [row] = (await world.get("/app/topics.json"))["items"]
        assert (row["jurisdictions"], row["requests"]) == (["KY", "WI"], ["r1", "r2"])
        sheet = await world.http.get("/app/topics.csv")
        assert [one["jurisdictions"] for one in csv.DictReader(io.StringIO(sheet.text))] == ["KY; WI"]
        form = await page(world, "/app/engagements/new", topic=row["topic"])
        assert form.count(" checked") == 2 and 'value="KY, WI"' in form


async def test_the_whole_schedule_is_shown_before_anything_is_said() -> None:
    async with prepared() as world:
        await asked_for(world)
        shown = await sent(world, "/app/engagements/new", **NEW, answers=["r1", "r2"], jurisdictions="KY, WI")
        assert "Ask KY for its plan" in shown and "Ask WI for its plan" in shown and "Open the engagement" in shown
        assert "things are due and 2 sessions assumed from " in shown and "The table below tells each." in shown
        first, last = shown.index("Session 1 (assumed)"), shown.index("Session 2 (assumed)")
        assert first < last and "a session, on its assumed day" in shown
        assert [one["engagement_id"] for one in (await world.get("/engagements"))["items"]] == ["e1"]


async def test_all_that_is_wrong_with_a_new_engagement_is_told_at_once() -> None:
    async with prepared() as world:
        await world.http.put("/people/p-f", json={"name": "Ana Ruiz"})
        told = {**NEW, "planned_sessions": "many", "planned_close": "2027-01-01", "evaluator": "Bob Nobody"}
        told |= {"goal-indicator-1": "Plans are adopted"}
        shown = await sent(world, "/app/engagements/new", 422, **told)
        for wrong in (
            "Planned sessions must be a whole number",
            "Closes on is before the engagement is opened (2027-01-13)",
            "Evaluator is nobody whom the directory knows",
            "What should change is missing",
        ):
            assert wrong in shown, wrong


async def test_whoever_opens_an_engagement_is_its_facilitator_if_they_facilitate() -> None:
    async with a_house() as house:
        await house.world.do("/playbooks", document=PLAYBOOK)
        for person_id, role, chosen in (("p-ana", "facilitator", True), ("p-sue", "supervisor", False)):
            await house.world.http.put(f"/people/{person_id}", json={"name": person_id.title()})
            browser = await house.person(person_id, role)
            form = (await browser.get("/app/engagements/new", headers=BROWSER)).text
            assert (f'<option value="{person_id}" selected>' in form) is chosen, form


async def test_an_engagement_is_opened_with_the_requests_it_answers_and_its_teams_are_told() -> None:
    async with prepared() as world:
        await asked_for(world)
        shown = await sent(world, "/app/engagements/new", **NEW, answers=["r1", "r2"], step="open")
        assert "Rural out-of-school time is open." in shown and "No team yet" in shown
        opened = await world.get("/engagements/rural-out-of-school-time")
        assert opened["people"] == {"facilitator": "p-f", "evaluator": "p-e"}
        assert (await world.get("/requests/r1"))["answered_by"] == "rural-out-of-school-time"
        teams = "/app/engagements/rural-out-of-school-time/teams"
        told = {"person-1": "p-1", "role-1": "lead_agency", "person-2": "p-2", "role-2": "provider"}
        assert "KY has its team." in await sent(world, teams, jurisdiction="ky", **told)
        assert "has a team in this engagement already" in await sent(world, teams, 422, jurisdiction="KY", **told)
        [team] = (await world.get("/teams", engagement="rural-out-of-school-time"))["items"]
        assert (team["lead"], [one["role"] for one in team["members"]]) == ("p-1", ["lead_agency", "provider"])
        assert "The sign-off is recorded." in await sent(world, f"{teams}/ky/sign-off")


async def test_teams_whose_lead_is_known_are_formed_as_soon_as_the_engagement_is_opened() -> None:
    async with prepared() as world:
        await asked_for(world)
        told = {**NEW, "answers": ["r1", "r2"], "jurisdictions": "KY, WI", "lead-KY": "p-1"}
        shown = await sent(world, "/app/engagements/new", **told)
        assert 'name="lead-KY" value="p-1"' in shown and 'name="lead-WI"' in shown
        shown = await sent(world, "/app/engagements/new", 422, **{**told, "lead-KY": "not an id"}, step="open")
        assert "Lead of KY is nobody whom the directory knows" in shown
        assert len((await world.get("/engagements"))["items"]) == 1
        shown = await sent(world, "/app/engagements/new", **told, step="open")
        assert "is open, and its team is formed. Now tell the others." in shown
        assert "They asked, and have no team yet" in shown and "?add=WI#add" in shown
        [team] = (await world.get("/teams", engagement="rural-out-of-school-time"))["items"]
        assert (team["team_id"], team["members"][0]["role"]) == ("ky", "lead_agency")
        add = await page(world, "/app/engagements/rural-out-of-school-time/teams", add="WI")
        assert 'name="jurisdiction" value="WI"' in add


async def test_the_schedule_tells_what_is_known_and_apart_what_comes_only_if_something_happens() -> None:
    rules = """
- {name: wait, each: approval, task: "Ask region {approval.region}", to: facilitator, due: {wait: 1 week, after: asked}}
- {name: next, each: vacancy, task: "Name a {vacancy.role} of {engagement.center}", to: sup, due: {after: vacated}}
"""
    async with prepared() as world:
        await world.do("/playbooks", document=PLAYBOOK.replace("version: 1", "version: 2") + rules.lstrip())
        goals = {
            "goal-statement-1": "Programs open in the evening",
            "goal-level-1": "practice",
            "goal-by-1": "2027-09-01",
        }
        shown = await sent(world, "/app/engagements/new", **NEW, **goals, jurisdictions="KY")
        sure, _, only_if = shown.partition("Only if something happens")
        assert "Judge the goal of rural out-of-school time" in sure and "Goal 1" in sure
        assert "Send KY the summary" not in sure and "Name a facilitator" not in sure
        assert "If the facilitator changes" in only_if and "Name a facilitator of NCASE" in only_if
        assert "If a regional office lets us wait for its answer" in only_if and "Ask region 4" in only_if
        assert "?<" not in shown and "center's" not in shown


async def test_goals_are_told_with_the_engagement_and_mended_beside_their_fields() -> None:
    async with prepared() as world:
        goal = {"goal-statement-2": "Programs open in the evening", "goal-by-2": "2027-09-01"}
        shown = await sent(world, "/app/engagements/new", 422, **NEW, **goal)
        assert '<a class="usa-link" href="#goal-level-2">Level of the change is missing</a>' in shown
        assert 'value="Programs open in the evening"' in shown
        await sent(world, "/app/engagements/new", **NEW, **goal, **{"goal-level-2": "practice"}, step="open")
        [told] = (await world.get("/engagements/rural-out-of-school-time"))["goals"]
        assert (told["goal_id"], told["level"], told["by"]) == ("g1", "practice", "2027-09-01")


async def test_no_playbook_is_chosen_before_somebody_chooses_one() -> None:
    async with prepared() as world:
        form = await page(world, "/app/engagements/new")
        assert "2 sessions of 2 hours, one every month, follow-up for 6 months after it closes" in form
        assert "checked" not in form and "Eastern time (New York)" in form
        without = {name: value for name, value in NEW.items() if name != "playbook"}
        assert 'href="#playbook-1">Playbook is missing' in await sent(world, "/app/engagements/new", 422, **without)


async def test_an_engagement_is_opened_with_all_its_teams_or_not_at_all_and_once_however_often_it_is_sent() -> None:
    async with prepared() as world:
        told = {**NEW, "jurisdictions": "KY, WI", "lead-KY": "p-1", "lead-WI": "p-2", "step": "open"}
        bad = await sent(world, "/app/engagements/new", 422, **told, **{"role-WI": "captain"})
        assert "something has to be mended" in bad
        assert [one["engagement_id"] for one in (await world.get("/engagements"))["items"]] == ["e1"]
        for _ in range(2):
            await sent(world, "/app/engagements/new", **told, engagement_id="rural")
        assert {one["engagement_id"] for one in (await world.get("/engagements"))["items"]} == {"e1", "rural"}
        assert len((await world.get("/teams", engagement="rural"))["items"]) == 2


async def test_a_second_engagement_of_the_same_title_has_an_id_of_its_own() -> None:
    async with prepared() as world:
        for _ in range(2):
            await sent(world, "/app/engagements/new", **NEW, step="open")
        ids = {one["engagement_id"] for one in (await world.get("/engagements"))["items"]}
        assert ids == {"e1", "rural-out-of-school-time", "rural-out-of-school-time-2"}


async def test_what_is_wrong_with_a_new_engagement_stands_beside_its_field_and_nothing_typed_is_lost() -> None:
    async with prepared() as world:
        told = NEW | {"evaluator": "", "planned_sessions": "many"}
        shown = await sent(world, "/app/engagements/new", 422, **told)
        assert "Evaluator is missing" in shown and 'id="planned_sessions-wrong"' in shown
        assert 'value="Rural out-of-school time"' in shown and 'value="many"' in shown
        shown = await sent(world, "/app/engagements/new", 422, **NEW, planned_close="2027-01-01")
        assert "Closes on is before the engagement is opened" in shown
        shown = await sent(world, "/app/engagements/new", 422, **NEW, jurisdictions="XX")
        assert 'id="jurisdictions-wrong"' in shown
        assert "New engagement" in await sent(world, "/app/engagements/new", **NEW, step="change")


async def test_a_team_without_a_lead_is_refused_beside_the_field() -> None:
    async with prepared() as world:
        shown = await sent(world, "/app/engagements/e1/teams", 422, jurisdiction="WI", cohort="North")
        assert 'id="person-1-wrong"' in shown and 'value="North"' in shown
        await page(world, "/app/engagements/nowhere/teams", 404)


async def test_a_playbook_is_read_in_plain_words_with_the_schedule_from_a_day_on() -> None:
    async with prepared() as world:
        assert "In force" in await page(world, "/app/playbooks")
        [row] = (await world.get("/app/playbooks.json"))["items"]
        assert (row["playbook"], row["version"], row["in_force"]) == (OPENED["playbook"], 1, True)
        shown = await page(world, "/app/playbooks/example", start="2027-02-01", jurisdictions="KY")
        assert "2 weeks after each team is formed" in shown and "Ask KY for its plan" in shown
        assert "no jurisdiction" in await page(
            world, "/app/playbooks/example", 422, start="2027-02-01", jurisdictions="XX"
        )


async def test_a_text_is_checked_and_its_mistakes_are_told_by_line() -> None:
    async with prepared() as world:
        assert "This is sound" in await sent(world, "/app/playbooks/check", document=PLAYBOOK)
        bad = PLAYBOOK.replace("each: attendance", "each: attendence")
        shown = await sent(world, "/app/playbooks/check", 422, document=bad)
        assert "One mistake" in shown and "<strong>line " in shown and "attendence" in shown
        assert (await world.get("/playbooks"))["items"][0]["version"] == 1


async def test_whoever_closes_an_engagement_is_told_which_sessions_lie_ahead() -> None:
    async with prepared() as world:
        form = "/app/engagements/e1/close"
        assert "1 session lies ahead: Tue, Feb 9; it stays on the schedule" in await page(world, form)
        await world.do("/sessions", **session(3, "2027-03-09T15:00:00-05:00"))
        assert "2 sessions lie ahead: Tue, Feb 9 and Tue, Mar 9; they stay" in await page(world, form)
        for number in (2, 3):
            await world.do("/sessions/cancel", engagement_id="e1", session_id=f"s{number}", reason="Snow")
        assert "lies ahead" not in await page(world, form)
        world.services["intake"].colleagues = {}
        assert "cannot be told just now" in await page(world, form)


async def test_an_engagement_is_closed_on_a_page_and_goes_on_if_that_was_a_mistake() -> None:
    async with prepared() as world:
        form = "/app/engagements/e1/close"
        assert "The last phase begins" in (await world.http.get(form, headers=BROWSER)).text
        early = await world.http.post(form, data={"closed_on": "2020-01-01", "reason": "completed"}, headers=BROWSER)
        assert early.status_code == 422 and "before the engagement was opened" in early.text
        closed = await world.http.post(form, data={"closed_on": "2027-01-13", "reason": "stopped"}, headers=BROWSER)
        assert closed.headers["location"] == "/app/engagements/e1"
        assert (await world.get("/engagements/e1"))["state"] == "closed"
        page = (await world.http.get("/app/engagements/e1/teams", headers=BROWSER)).text
        assert "Out-of-school time is closed." in page
        [fact_id] = re.findall('name="fact_id" value="([^"]+)"', page)
        await world.http.post(f"{form}/undo", data={"fact_id": fact_id}, headers=BROWSER)
        assert (await world.get("/engagements/e1"))["state"] == "open"
        again = await world.http.post(form, data={"closed_on": "2027-01-13", "reason": "stopped"}, headers=BROWSER)
        assert again.status_code == 303 and (await world.get("/engagements/e1"))["state"] == "closed"
