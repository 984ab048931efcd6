"""Evaluators take their data with them: tidy tables in four forms, whole or what has changed, and what each means."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response
from openpyxl import load_workbook

from services.evaluation.domain.data import TABLES, dictionary
from tests.support.http import E1, prepared
from tests.support.saying import said
from tests.support.services import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLE_NAMES = [one.table for one in TABLES]
OUTCOME = {"level": "policy", "statement": "=HYPERLINK(1)", "evidence": "Its text", "jurisdiction": "KY"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    """An engagement in which something of every kind has happened."""
    async with prepared() as there:
        await there.say(said("ta_request_logged", request_id="r7"))
        await there.do("/homework/hand-in", **E1, homework_id="h1", team_id="ky")
        await there.do("/plans/report-step", **E1, plan_id="p1", step_id="t1", status="blocked", barrier="cost")
        await there.do("/roles/vacate", **E1, team_id="ky", role="lead_agency", person_id="p-1")
        await there.do("/outcomes", **E1, outcome_id="o1", goal_id="g1", **OUTCOME)
        await there.do("/goals/assess", **E1, goal_id="g1", verdict="partly", outcomes=["o1"])
        for n in range(6):
            told = {"useful": 4, "more_useful": "x"}
            await there.do("/rounds/answer", round_id="e1/mid/e1/1", answer_id=f"a{n}", answers=told)
        yield there


async def fetched(world: World, file: str, **asked: str) -> Response:
    answer = await world.http.get(f"/data/{file}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer


async def rows(world: World, table: str, **asked: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await fetched(world, f"{table}.jsonl", **asked)).text.splitlines()]


async def test_each_table_has_its_rows_and_the_same_in_each_form(world: World) -> None:
    from pyarrow import BufferReader
    from pyarrow.parquet import read_table

    for table in TABLE_NAMES:
        told = await rows(world, table)
        assert told or table in ("answer_counts", "contacts"), table
        text = (await fetched(world, f"{table}.csv")).text
        spread = list(csv.DictReader(io.StringIO(text)))
        book = load_workbook(io.BytesIO((await fetched(world, f"{table}.xlsx")).content))
        whole = read_table(BufferReader((await fetched(world, f"{table}.parquet")).content))
        names = [column.column for column in dictionary.columns() if column.table == table]
        assert whole.schema.names == [cell.value for cell in book[table][1]] == names
        assert whole.num_rows == book[table].max_row - 1 == len(spread) == len(told)
        key = next(one.key[-1] for one in TABLES if one.table == table)
        assert ["" if row[key] is None else str(row[key]) for row in told] == [row[key] for row in spread]


async def test_a_table_tells_what_people_of_the_field_ask_for(world: World) -> None:
    [engagement] = await rows(world, "engagements")
    assert (engagement["teams"], engagement["sessions_held"], engagement["goals"]) == (2, 1, 1)
    assert {(one["team_id"], one["was_there"]) for one in await rows(world, "attendance")} == {
        ("ky", True),
        ("vi", False),
    }
    [step] = await rows(world, "steps")
    assert (step["status"], step["barrier"], step["owner_role"]) == ("blocked", "cost", "lead_agency")
    [change] = await rows(world, "role_changes")
    assert (change["change"], change["role"], change["person_id"]) == ("vacated", "lead_agency", "p-1")
    tasks = {one["task_id"]: one for one in await rows(world, "tasks")}
    assert tasks["e1/absent/vi@s1/1"]["state"] == "scheduled" and tasks["e1/ask/ky/1"]["by_hand"] is False
    [round_] = await rows(world, "rounds")
    assert (round_["state"], round_["answered"], round_["invited"]) == ("open", 6, None)
    assert len(await rows(world, "answers")) == 12
    [request] = await rows(world, "requests", jurisdiction="KY")
    assert (request["request_id"], request["answered_on"]) == ("r7", None)


async def test_what_a_spreadsheet_would_take_for_a_formula_stays_words(world: World) -> None:
    [outcome] = await rows(world, "outcomes")
    assert outcome["statement"] == "=HYPERLINK(1)"
    [row] = csv.DictReader(io.StringIO((await fetched(world, "outcomes.csv")).text))
    book = load_workbook(io.BytesIO((await fetched(world, "outcomes.xlsx")).content))
    cell = next(cell for cell in book["outcomes"][2] if "HYPERLINK" in str(cell.value))
    assert (row["statement"], cell.value, cell.data_type) == ("'=HYPERLINK(1)", "'=HYPERLINK(1)", "s")


async def test_all_tables_are_one_workbook_with_the_dictionary_before_them(world: World) -> None:
    book = load_workbook(io.BytesIO((await fetched(world, "workbook.xlsx")).content))
    assert book.sheetnames == ["dictionary", *TABLE_NAMES]
    assert book["dictionary"].max_row - 1 == len(dictionary.columns())


async def test_the_dictionary_is_told_in_three_forms(world: World) -> None:
    told = (await fetched(world, "dictionary.json")).json()
    spread = list(csv.DictReader(io.StringIO((await fetched(world, "dictionary.csv")).text)))
    assert len(told) == len(spread) == len(dictionary.columns())
    [barrier] = [one for one in told if (one["table"], one["column"]) == ("steps", "barrier")]
    assert "conflicting_policy" in barrier["values"] and barrier["may_be_empty"] and not barrier["is_key"]
    assert "| `barrier` |" in (await fetched(world, "dictionary.md")).text


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/data/teems.csv", 404, "teams"),
        ("/data/teams.csv?since=yesterday", 422, "since"),
        ("/data/teams.csv?since=-1", 422, "since"),
        ("/data/requests.csv?engagement=e1", 422, "engagement"),
        ("/data/goals.csv?jurisdiction=KY", 422, "jurisdiction"),
        ("/data/teams.doc", 404, ""),
    ],
)
async def test_what_cannot_be_had_is_refused_in_words(world: World, path: str, status: int, field: str) -> None:
    answer = await world.http.get(path)
    assert (answer.status_code, field in answer.text) == (status, True), answer.text


async def test_without_what_writes_parquet_the_extra_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    answer = await world.http.get("/data/teams.parquet")
    assert answer.status_code == 501 and "throughline[reports]" in answer.text


async def test_with_a_cursor_only_what_has_changed_since_comes_and_what_is_gone_is_told(world: World) -> None:
    first = await fetched(world, "outcomes.jsonl")
    cursor = first.headers["throughline-cursor"]
    assert first.headers["link"] == f'</data/outcomes.jsonl?since={cursor}>; rel="next"'
    assert await rows(world, "outcomes", since=cursor) == []
    await world.do("/outcomes", **E1, outcome_id="o2", **OUTCOME)
    said = await world.facts("evaluation")
    [fact] = [one for one in said if one["type"].endswith("outcome_recorded.v1") and one["data"]["outcome_id"] == "o1"]
    await world.do("/facts/retract", fact_id=fact["id"], reason="a mistake")
    later = await fetched(world, "outcomes.jsonl", since=cursor)
    told = {one["outcome_id"]: one for one in map(json.loads, later.text.splitlines())}
    assert (told["o2"]["gone"], told["o1"]["gone"], told["o1"]["statement"]) == (False, True, None)
    assert int(later.headers["throughline-cursor"]) > int(cursor)
    assert await rows(world, "outcomes", since=later.headers["throughline-cursor"]) == []
    assert [one["outcome_id"] for one in await rows(world, "outcomes")] == ["o2"]


async def test_what_time_alone_changes_comes_with_the_cursor_too(world: World) -> None:
    cursor = (await fetched(world, "rounds.jsonl")).headers["throughline-cursor"]
    await world.until("2027-01-27", hour=12)
    assert [one["state"] for one in await rows(world, "rounds", since=cursor)] == ["closed"]
