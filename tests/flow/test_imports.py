"""A tracker's file is handed in by HTTP: shown, previewed, taken in whole or in part, and given back with problems."""

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response

from services.intake.decisions.importing import judging, tables
from tests.support.access import a_house
from tests.support.ncase import PLAYBOOKS
from tests.support.services import World, a_world, problems
from tests.support.sheets import HEADINGS, NOW, ROWS, cells, csv, xlsx

BAD = ("20", "Kentuky", "licensing", "How?", "2/3/2027", "Open")
ENDED = ("17", *ROWS[0][1:5], "Withdrawn")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as here:
        await here.do("/playbooks", document=(PLAYBOOKS / "desk.yaml").read_text())
        await here.until("2027-03-01")
        yield here


def came(answer: Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return answer.json()


def given_back(told: dict[str, Any]) -> bytes:
    return b64decode(told["returned"]["content"])


async def logged(world: World) -> list[str]:
    return await world.ids("/requests", "request_id", state="logged")


async def test_a_file_is_shown_before_anything_is_kept(world: World) -> None:
    looked = came(await world.hand_in(csv(), "/imports/columns"))
    assert [(one["name"], one["column"]) for one in looked["columns"]][:2] == [
        ("external_id", "Request ID"), ("jurisdiction", "State"),
    ]  # fmt: skip
    assert (looked["rows"], looked["saved"], await logged(world)) == (3, False, [])


async def test_a_preview_tells_what_would_be_owed_and_keeps_nothing(world: World) -> None:
    rows = [(*row[:2], "licensing", *row[3:]) for row in ROWS]
    told = came(await world.hand_in(csv(*rows), preview=True))
    assert (told["recorded"], told["counts"], told["topics"]) == (False, {"new": 3}, ["licensing"])
    assert [(one["due_on"], one["when"]) for one in told["owed"]] == [
        ("2027-02-02", "at once"), ("2027-02-08", "at once"), ("2027-02-23", "at once"),
    ]  # fmt: skip
    assert told["owed_in_all"] == {"at once": 3}
    assert (await logged(world), await world.tasks(), await world.said("intake")) == ([], {}, ["playbook_published"])
    assert came(await world.hand_in(csv(), "/imports/columns"))["saved"] is False


async def test_a_file_that_is_taken_in_is_owed_and_the_same_file_twice_changes_nothing(world: World) -> None:
    told = came(await world.hand_in(csv()))
    assert (told["recorded"], told["counts"], told["problems"]) == (True, {"new": 3}, [])
    assert await logged(world) == ["tracker-17", "tracker-18", "tracker-19"]
    days = [state.split(" ") for state in (await world.tasks()).values()]
    assert [day for _state, day in sorted(days, key=lambda one: one[1])] == ["2027-02-02", "2027-02-08", "2027-02-23"]
    assert {state for state, _day in days} == {"due", "overdue"}
    said = await world.said("intake"), await world.said()
    assert came(await world.hand_in(csv()))["counts"] == {"same": 3}
    assert (await world.said("intake"), await world.said()) == said


async def test_the_past_is_told_in_silence(world: World) -> None:
    previewed = came(await world.hand_in(csv(), preview=True, historic=True))
    assert previewed["owed_in_all"] == {"past": 3}
    came(await world.hand_in(csv(), historic=True))
    assert (await world.get("/requests/tracker/17"))["logged_on"] == "2027-01-11"
    assert {state.partition(" ")[0] for state in (await world.tasks()).values()} == {"lapsed"}
    assert "follow_up_fell_due" not in await world.said()
    assert "topic_in_demand" not in await world.said("intake")
    await world.until("2027-06-01")
    assert "follow_up_fell_due" not in await world.said()


async def test_who_asks_next_is_counted_with_those_of_the_past(world: World) -> None:
    rows = [(*row[:2], "licensing", *row[3:]) for row in ROWS]
    came(await world.hand_in(csv(*rows[:2]), historic=True))
    assert "topic_in_demand" not in await world.said("intake")
    came(await world.hand_in(csv(rows[2])))
    assert "topic_in_demand" in await world.said("intake")


async def test_one_bad_row_holds_all_back_and_the_sender_gets_the_file_with_its_problem(world: World) -> None:
    told = came(await world.hand_in(csv(*ROWS, BAD, delimiter=";"), name="march.csv"))
    assert (told["recorded"], told["counts"], await logged(world)) == (False, {"new": 3, "refused": 1}, [])
    [problem] = told["problems"]
    assert (problem["row"], problem["column"], problem["value"]) == (5, "State", "Kentuky")
    assert told["returned"]["file"] == "march-problems.csv"
    back = given_back(told).decode()
    assert back.startswith("Request ID;State;Topic;Description;Date received;Status;Problem\r\n17;")
    assert back.splitlines()[-1].startswith("20;Kentuky;") and "no jurisdiction that is known here" in back


async def test_the_file_that_came_back_is_mended_and_handed_in_again(world: World) -> None:
    first = came(await world.hand_in(csv(*ROWS, BAD)))
    assert came(await world.hand_in(given_back(first), "/imports/columns"))["saved"] is True
    name = first["returned"]["file"]
    again = came(await world.hand_in(given_back(first), name=name))
    assert again["returned"]["file"] == name
    told = came(await world.hand_in(given_back(first).replace(b"Kentuky", b"Kentucky"), name=name))
    assert (told["recorded"], told["counts"]) == (True, {"new": 4})
    passed = await world.get("/imports/tracker")
    assert (passed["files"], passed["rows"], passed["passed"], passed["problems"]) == (1, 4, 4, [])


async def test_rows_that_pass_can_be_taken_in_though_others_are_refused(world: World) -> None:
    told = came(await world.hand_in(csv(*ROWS, BAD), accept_valid=True))
    assert (told["recorded"], told["counts"], len(await logged(world))) == (True, {"new": 3, "refused": 1}, 3)
    assert given_back(told)


async def test_a_workbook_comes_back_as_a_workbook_in_which_nothing_is_a_formula(world: World) -> None:
    evil = ("21", "", "licensing", "-2+3", "2/3/2027", "=HYPERLINK(1)")
    told = came(await world.hand_in(xlsx([HEADINGS, *ROWS, evil]), name="march.xlsx"))
    assert told["returned"]["file"] == "march-problems.xlsx"
    rows = cells(given_back(told))
    assert rows[0] == [*HEADINGS, "Problem"] and rows[1][:2] == ["17", "Kentucky"]
    assert rows[4][3] == "-2+3" and rows[4][5] is None and rows[4][6] == "State: is missing"


async def test_a_text_comes_back_in_its_letters_and_without_formulas(world: World) -> None:
    evil = ("21", "", "licensing", "@caf\u00e9", "2/3/2027", "=1+1")
    told = came(await world.hand_in(csv(*ROWS, evil).encode("utf-16")))
    assert "'@caf\u00e9,2/3/2027,'=1+1" in given_back(told).decode("utf-16")
    again = came(await world.hand_in(given_back(told)))
    assert again["problems"][-1]["value"] == "=1+1"


async def test_corrections_and_withdrawals_are_heard_and_owed_no_more(world: World) -> None:
    came(await world.hand_in(csv()))
    told = came(await world.hand_in(csv(ENDED, ("18", "GA", *ROWS[1][2:]))))
    assert told["counts"] == {"withdrawn": 1, "corrected": 1}
    assert (await world.get("/requests/tracker/17"))["state"] == "withdrawn"
    assert (await world.get("/requests/tracker/18"))["jurisdiction"] == "GA"
    assert (await world.tasks())["-/answer-request/tracker-17/1"].startswith("withdrawn")
    again = came(await world.hand_in(csv()))
    assert again["counts"] == {"same": 2, "corrected": 1}
    assert [note["reason"] for note in again["notes"]] == [judging.WITHDRAWN_HERE]


async def test_how_a_file_was_read_is_remembered_for_the_next(world: World) -> None:
    columns = json.dumps({"columns": {"need": "Topic", "topic": "Topic"}})
    came(await world.hand_in(csv(), columns=columns))
    assert came(await world.hand_in(csv(), "/imports/columns"))["saved"] is True
    assert (await world.get("/imports/tracker/columns"))["columns"]["need"] == "Topic"
    assert came(await world.hand_in(csv()))["counts"] == {"same": 3}
    assert (await world.get("/imports/other/columns"))["columns"] == {}


async def test_how_well_a_trackers_files_pass_is_counted_file_by_file_once(world: World) -> None:
    for content in (csv(*ROWS, BAD), csv(*ROWS, BAD), csv()):
        came(await world.hand_in(content))
    told = await world.get("/imports/tracker")
    assert (told["files"], told["rows"], told["passed"], told["share"]) == (2, 7, 6, 0.8571)
    assert [(one["name"], one["rows"]) for one in told["problems"]] == [("jurisdiction", 1)]
    assert {file["recorded"] for file in told["latest"]} == {True, False}
    assert (await world.get("/imports/other"))["share"] is None


async def test_a_request_whose_plain_id_belongs_to_another_gets_one_of_its_own(world: World) -> None:
    request = {"jurisdiction": "KY", "topic": "data", "need": "How?"}
    await world.do("/requests", source="tracker-a", external_id="17", **request)
    rows = [("a-17", *ROWS[0][1:]), ("a 17", *ROWS[1][1:])]
    assert came(await world.hand_in(csv(*rows)))["counts"] == {"new": 2}
    assert len(await logged(world)) == 3
    assert came(await world.hand_in(csv(*rows)))["counts"] == {"same": 2}


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"columns": "{"}, "columns"), ({"columns": '{"columns": {"colour": "Topic"}}'}, "columns.columns"),
        ({"columns": '{"columns": {"topic": "Theme"}}'}, "columns.topic"), ({"source": "a b"}, "source"),
        ({"preview": "perhaps"}, "preview"), ({"columns": '{"dates": "year first"}'}, "columns.dates"),
    ],
)  # fmt: skip
async def test_what_goes_with_a_file_is_refused_by_its_field(world: World, told: dict[str, str], field: str) -> None:
    [name] = problems(await world.hand_in(csv(), **told), 422)
    assert name.startswith(field)


async def test_a_file_that_cannot_be_read_is_refused_and_no_other_route_takes_as_much(world: World) -> None:
    assert "is empty" in problems(await world.hand_in(""), 422)["file"]
    assert "10 MB" in problems(await world.hand_in(b"x" * (tables.MOST_BYTES + 1)), 413)["file"]
    assert problems(await world.hand_in(b"x" * (tables.MOST_BYTES + 100_000)), 413)
    assert problems(await world.hand_in(b"x" * 2_000_000, "/requests"), 413)


def form(*rows: tuple[str, ...], source: str) -> dict[str, Any]:
    return {"data": {"source": source}, "files": {"file": ("r.csv", csv(*rows))}}


async def test_a_tracker_hands_in_files_of_its_own_source_only_and_does_not_tell_that_it_was_answered() -> None:
    async with a_house(now=NOW) as house:
        tracker = await house.program("tracker", source="tracker")
        facilitator = await house.person("p-1", "facilitator", jurisdictions=["KY"])
        ended = (*ROWS[0][:5], "Closed")
        mine = form(*ROWS[1:], ended, source="tracker")
        told = came(await tracker.post("/imports", **mine))
        assert [one["reason"] for one in told["problems"]] == [judging.ONLY_STAFF]
        assert (await facilitator.post("/imports", **mine)).status_code == 403
        for path in ("/imports", "/imports/columns"):
            assert (await tracker.post(path, **form(source="other"))).status_code == 403
        assert came(await tracker.get("/imports/tracker"))["rows"] == 3
        assert (await tracker.get("/imports/other")).status_code == 404
        assert (await tracker.get("/imports/other/columns")).status_code == 404
