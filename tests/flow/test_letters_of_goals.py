"""A goal's day has come: the letter names the goal and leads to its verdict, which is given at one place and once."""

import re
from collections.abc import AsyncIterator

import pytest

from shared.people import Person
from tests.support.mail import html_of, text_of
from tests.support.rounds import LEA, Letters, a_playbook, a_team, an_open_round
from tests.support.saying import said

EVE = Person(person_id="p-e", name="Eve", address="eve@example.org")
PLAN = {"goal_id": "g1", "level": "plan", "statement": "A plan for each team", "by": "2027-01-11"}
ORDER = {"goal_id": "g2", "level": "plan", "statement": "One order of licensing", "by": "2027-01-11"}
INDICATOR = "Both offices use the same form"
RULES = """
- name: goal
  each: goal
  evaluation: goal
  title: 'Goal "{goal.statement}"'
  instrument: goal-form
  ask: evaluator
  due: {after: by}
  remind: [1 week]
  done_by: assessed
- {name: review, each: goal, task: 'Judge "{goal.statement}"', to: evaluator, due: {after: by}, done_by: assessed}
"""
HERE = "/app/engagements/e1"
JUDGE = HERE + "/goals/g1/judge"
PROMISED = said("engagement_changed", changed_on="2027-01-04", goals=[PLAN, {**ORDER, "indicator": INDICATOR}])


@pytest.fixture
async def letters() -> AsyncIterator[Letters]:
    """The day of two goals of one level has come."""
    facts = (a_team("p-1", "p-2"), PROMISED)
    async with an_open_round(*facts, playbook=a_playbook(RULES.strip()), people=(EVE,)) as letters:
        yield letters


async def test_the_letters_of_two_goals_name_them_and_lead_to_where_each_is_judged(letters: Letters) -> None:
    assert await letters.send() == ["eve", "eve"]
    one, other = sorted(letters.server.arrived, key=lambda letter: str(letter["Subject"]))
    assert one["Subject"] == "Was the goal reached? A plan for each team (Out-of-school time)"
    assert other["Subject"] == "Was the goal reached? One order of licensing (Out-of-school time)"
    for twin in (text_of(one), html_of(one)):
        assert "A plan for each team" in twin and "To be reached by Monday, January 11." in twin
        assert f"https://throughline.example.org{JUDGE}" in twin and "/app/answer/" not in twin
        assert "no account" not in twin and "One order of licensing" not in twin
    assert f"Noticed by: {INDICATOR}" in text_of(other) and "/goals/g2/judge" in text_of(other)


async def test_the_verdict_ends_round_and_task_and_nothing_has_to_be_given_twice(letters: Letters) -> None:
    await letters.send()
    world = letters.world
    told = await world.http.get(f"{HERE}/outcomes", headers={"accept": "text/html"})
    assert f'href="{JUDGE}">Judge it' in told.text and "Make links" not in told.text
    assert "The goal is judged: partly reached." in (await world.send(JUDGE, verdict="partly")).text
    assert (await world.get("/rounds/e1/goal/g1/1"))["state"] == "done"
    assert (await world.get("/tasks/e1/review/g1/1"))["state"] == "done"
    assert (await world.get("/tasks/e1/review/g2/1"))["state"] == "due"
    assert await letters.send() == []


async def test_once_the_goal_is_judged_the_round_says_so_and_nobody_is_reminded(letters: Letters) -> None:
    await letters.send()
    round_id, world = "e1/goal/g1/1", letters.world
    before = (await world.get(f"/rounds/{round_id}/invitations"))["items"]
    judged = await world.send(JUDGE, verdict="partly")
    after = (await world.get(f"/rounds/{round_id}/invitations"))["items"]
    assert ([one["state"] for one in before], [one["state"] for one in after]) == (["invited"], ["judged"])
    [line] = (await world.get(f"{HERE}/rounds/asked.json", round_id=round_id))["items"]
    assert (line["person_id"], line["state"]) == ("p-e", "judged")
    asked = await world.http.get(f"{HERE}/rounds/asked", params={"round_id": round_id}, headers={"accept": "text/html"})
    assert "The goal has its verdict: nothing more is asked, and nobody is reminded." in asked.text
    tab = await world.http.get(f"{HERE}/outcomes", headers={"accept": "text/html"})
    assert "judged<span" in tab.text and "0 of 1" in tab.text, "of the other goal nothing came yet"
    await world.until("2027-01-19")
    assert await letters.send() == ["eve"], "of the goal that is not judged yet"
    assert "One order of licensing" in str(letters.server.arrived[-1]["Subject"])
    facts = re.findall('name="fact_id" value="(.+?)"', judged.text)
    await world.send(f"{HERE}/outcomes/undo", fact_id=facts)
    again = (await world.get(f"/rounds/{round_id}/invitations"))["items"]
    assert [one["state"] for one in again] == ["invited"], "the verdict was a mistake"


async def test_titles_name_the_goal(letters: Letters) -> None:
    rows = (await letters.world.get("/app/evaluations.json"))["items"]
    assert [one["title"] for one in rows] == ['Goal "A plan for each team"', 'Goal "One order of licensing"']
    assert (await letters.world.get("/tasks/e1/review/g2/1"))["title"] == 'Judge "One order of licensing"'


async def test_a_link_to_the_form_leads_to_the_verdict_too_and_no_answer_is_kept_beside_it(letters: Letters) -> None:
    made = await letters.world.http.post("/rounds/links", json={"round_id": "e1/goal/g1/1"})
    [url] = [one["url"] for one in made.json()["links"]]
    [path] = re.findall(r"/app/answer/\S+", url)
    for answer in (
        await letters.world.http.get(path),
        await letters.world.http.post(path, data={"reached": "missed", "send": "1"}),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, JUDGE)
    assert (await letters.world.get("/rounds/e1/goal/g1/1/answers"))["items"] == []


async def test_where_teams_are_asked_about_a_goal_letter_and_form_name_it() -> None:
    rule = RULES.strip().replace("ask: evaluator", "ask: members")
    facts = (a_team("p-1", "p-2"), PROMISED)
    async with an_open_round(*facts, playbook=a_playbook(rule), people=(LEA,)) as letters:
        assert await letters.send() == ["lea", "lea"]
        text = next(text_of(one) for one in letters.server.arrived if "One order" in str(one["Subject"]))
        assert "One order of licensing" in text and "Open the form of KY" in text and "no account" in text
        [path] = re.findall(r"https://\S+?(/app/answer/\S+)", text)
        form = (await letters.world.http.get(path)).text
        assert "One order of licensing" in form and f"Noticed by: {INDICATOR}" in form
        spoken = (await letters.world.http.get(path.replace("=en", "=es"))).text
        assert "Por alcanzar hasta el lunes 11 de enero." in spoken
