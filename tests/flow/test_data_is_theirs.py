"""Whoever takes data with them gets that of their own engagements, and reads single answers only as their evaluator."""

import io
from collections.abc import AsyncIterator

import pytest
from openpyxl import load_workbook

from services.evaluation.domain.data import TABLES
from shared.access.caller import Role
from tests.support.matrix import FOREIGN, OWN, Town, a_town

OPEN = [one.table for one in TABLES if one.table != "answers"]
EMPTY = {"answer_counts", "role_changes", "assessments"}
"""Of what these tell, nothing has happened in the two engagements."""


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as town:
        yield town


async def test_each_table_tells_of_their_own_and_the_office_sees_all(town: Town) -> None:
    for role in (Role.FACILITATOR, Role.EVALUATOR, Role.SUPERVISOR):
        for table in OPEN:
            answer = await town.comers[role].get(f"/data/{table}.csv")
            assert answer.status_code == 200, answer.text
            assert (OWN in answer.text) == (table not in EMPTY), (role, table)
            assert (FOREIGN in answer.text) == (role is Role.SUPERVISOR and table not in EMPTY), (role, table)
            asked = await town.comers[role].get(f"/data/{table}.jsonl", params={"since": "0"})
            assert (FOREIGN in asked.text) == (role is Role.SUPERVISOR and table not in EMPTY), (role, table)


async def test_single_answers_are_for_the_evaluator_of_the_engagement(town: Town) -> None:
    for role, own, foreign in ((Role.EVALUATOR, True, False), (Role.ADMINISTRATOR, True, True)):
        told = (await town.comers[role].get("/data/answers.csv")).text
        assert (f"{OWN}-answer" in told, f"{FOREIGN}-answer" in told) == (own, foreign)
    for role in (Role.FACILITATOR, Role.SUPERVISOR):
        refused = await town.comers[role].get("/data/answers.csv")
        assert refused.status_code == 403 and "evaluators" in refused.text
        assert "answers" not in [one["table"] for one in (await town.comers[role].get("/data")).json()["items"]]
        book = load_workbook(io.BytesIO((await town.comers[role].get("/data/workbook.xlsx")).content))
        assert "answers" not in book.sheetnames
    other = await town.house.person(f"{OWN}-f", "facilitator", "evaluator")
    calls = f"/rounds/{OWN}/mid/{OWN}/1/calls", f"/app/engagements/{OWN}/rounds/calls?round_id={OWN}/mid/{OWN}/1"
    for path in calls:
        codes = [(await one.get(path)).status_code for one in (town.comers[Role.EVALUATOR], other)]
        assert codes == [200, 403], "what is noted in calls is an answer, too"
    assert f"{OWN}-answer" not in (await other.get("/data/answers.csv")).text
    assert (await other.get(f"/rounds/{OWN}/mid/{OWN}/1/answers")).status_code == 403


async def test_whoever_fills_the_seat_gets_what_was_before_by_any_cursor(town: Town) -> None:
    from tests.support.saying import said

    newcomer = await town.house.person("p-new", "evaluator")
    first = await newcomer.get("/data/teams.csv")
    assert OWN not in first.text
    told = said("role_filled", role="evaluator", person_id="p-new", on="2027-02-01", engagement_id=OWN)
    await town.house.world.say(told)
    later = await newcomer.get("/data/teams.csv", params={"since": first.headers["throughline-cursor"]})
    assert f"{OWN}-team" in later.text


async def test_the_page_leads_to_each_table_that_is_theirs_and_shows_how_programs_fetch_it(town: Town) -> None:
    page = (await town.comers[Role.EVALUATOR].get("/app/data", headers={"accept": "text/html"})).text
    assert 'href="/data/answers.parquet"' in page and "the form is not known" in page
    assert "Web.Contents" in page and "?since=" in page and "--person homeland-e" in page
    other = (await town.comers[Role.FACILITATOR].get("/app/data", headers={"accept": "text/html"})).text
    assert "/data/answers.csv" not in other and "/data/answer_counts.csv" in other
