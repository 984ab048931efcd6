"""A file of requests is handed in by a browser without script: its columns shown, foreseen, taken in, given back."""

import re
from collections.abc import AsyncIterator, Sequence
from html import unescape
from pathlib import Path

import pytest
from httpx import Response

from services.intake.pages.imports import NO_COLUMN, _packed, _unpacked
from tests.support.access import a_house
from tests.support.ncase import PLAYBOOKS
from tests.support.services import World, a_world
from tests.support.sheets import HEADINGS, ROWS, cells, csv, xlsx

BROWSER = {"accept": "text/html"}
HERE = "/app/requests/import"
BAD = ("20", "Kentuky", "licensing", "How?", "2/3/2027", "Open")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as here:
        await here.do("/playbooks", document=(PLAYBOOKS / "desk.yaml").read_text())
        await here.until("2027-03-01")
        yield here


async def choose(world: World, content: bytes | str, name: str = "r.csv", source: str = "tracker") -> Response:
    """What a browser gets after it sent the first form."""
    return await world.http.post(
        f"{HERE}/columns", data={"source": source}, files={"file": (name, content)}, headers=BROWSER
    )


def filled(page: Response) -> dict[str, str]:
    """What the form of a page sends if nobody changes anything in it."""
    told = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page.text))
    for select in re.findall(r"<select.*?</select>", page.text, re.DOTALL):
        [name] = re.findall(r'name="([a-z_]+)"', select)
        [told[name]] = re.findall(r'<option value="([^"]*)" selected', select)
    return {name: unescape(value) for name, value in told.items()}


async def step(world: World, name: str, told: dict[str, str], status: int = 200) -> Response:
    answer = await world.http.post(f"{HERE}/{name}", data=told, headers=BROWSER)
    await world.until(f"{world.clock.now():%Y-%m-%d}")
    assert answer.status_code == status, answer.text
    return answer


def words(answer: Response) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", answer.text)).split())


async def logged(world: World) -> Sequence[str]:
    return await world.ids("/requests", "request_id", state="logged")


async def test_columns_are_shown_then_what_would_be_owed_and_then_the_file_is_taken_in(world: World) -> None:
    shown = await choose(world, csv())
    told = filled(shown)
    assert (told["column_external_id"], told["column_jurisdiction"]) == ("Request ID", "State")
    assert (told["column_how"], told["dates"]) == (NO_COLUMN, "month first")
    foreseen = await step(world, "foresee", told)
    assert "Nothing is kept yet" in words(foreseen) and "3 due at once" in words(foreseen)
    assert await logged(world) == []
    taken = await step(world, "take-in", filled(foreseen))
    assert "The file is taken in" in words(taken) and "New 3" in words(taken)
    assert await logged(world) == ["tracker-17", "tracker-18", "tracker-19"]
    again = await step(world, "take-in", told)
    assert "As before 3" in words(again)
    assert "read in the same way" in words(await choose(world, csv()))


async def test_a_column_is_read_otherwise_and_that_is_remembered(world: World) -> None:
    told = filled(await choose(world, csv()))
    foreseen = await step(world, "foresee", {**told, "column_need": "Topic", "column_status": NO_COLUMN})
    back = filled(await step(world, "again", filled(foreseen)))
    assert (back["column_need"], back["column_status"]) == ("Topic", NO_COLUMN)
    await step(world, "take-in", back)
    assert (await world.get("/requests/tracker/17"))["need"] == "licensing"
    later = filled(await choose(world, csv()))
    assert (later["column_need"], later["column_status"]) == ("Topic", NO_COLUMN)


async def test_all_or_nothing_or_the_rows_that_pass_and_the_others_come_back(world: World) -> None:
    told = filled(await choose(world, csv(*ROWS, BAD)))
    refused = await step(world, "take-in", told, 422)
    assert "Nothing was taken in" in words(refused) and "Row 5 State Kentuky is no jurisdiction" in words(refused)
    assert await logged(world) == []
    given = await step(world, "file", filled(refused))
    assert 'filename="r-problems.csv"' in given.headers["content-disposition"]
    [*_, last] = given.text.splitlines()
    assert last.startswith("20,Kentuky") and "is no jurisdiction" in last
    taken = await step(world, "take-in", {**told, "rows": "valid"})
    assert "The others are taken in" in words(taken)
    assert len(await logged(world)) == 3
    quality = await world.http.get(f"{HERE}/tracker", headers=BROWSER)
    assert "75.0 %" in words(quality) and "is no jurisdiction" in words(quality)
    [row] = (await world.get(f"{HERE}/tracker.json"))["items"]
    assert (row["name"], row["rows"]) == ("jurisdiction", 1)
    assert "tracker 1 4 75.0 %" in words(await world.http.get(HERE, headers=BROWSER))


async def test_a_workbook_comes_back_as_a_workbook(world: World) -> None:
    told = filled(await choose(world, xlsx([HEADINGS, *ROWS, BAD]), "list.xlsx"))
    refused = await step(world, "take-in", told, 422)
    given = await step(world, "file", filled(refused))
    assert cells(given.content)[0][-1] == "Problem"


async def test_the_past_is_told_in_silence(world: World) -> None:
    told = filled(await choose(world, csv()))
    foreseen = await step(world, "foresee", {**told, "historic": "yes"})
    assert "nobody is reminded" in words(foreseen)
    await step(world, "take-in", filled(foreseen))
    assert {state.split(" ")[0] for state in (await world.tasks()).values()} <= {"lapsed"}


@pytest.mark.parametrize(
    ("source", "content", "field", "reason"),
    [
        ("", csv(), "source", "is missing"),
        ("my tracker", csv(), "source", "letters, digits"),
        ("tracker", "", "file", "is empty"),
        ("tracker", "<html></html>", "file", "is a web page"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field(
    world: World, source: str, content: str, field: str, reason: str
) -> None:
    answer = await choose(world, content, source=source)
    assert answer.status_code in (413, 422)
    assert f'id="{field}-wrong"' in answer.text and reason in words(answer)


async def test_a_column_that_is_needed_and_not_there_is_asked_for(world: World) -> None:
    told = filled(await choose(world, csv()))
    refused = await step(world, "take-in", {**told, "column_need": NO_COLUMN}, 422)
    assert 'id="column_need-wrong"' in refused.text
    assert filled(refused)["column_topic"] == "Topic"


async def test_what_did_not_come_back_whole_is_refused_and_what_unpacks_without_end_is_cut_off(world: World) -> None:
    told = filled(await choose(world, csv()))
    refused = await step(world, "foresee", {**told, "packed": told["packed"][:-40] + "AAAA"}, 422)
    assert "choose it again" in words(refused)
    endless = _packed(b"a" * 30_000_000)
    assert len(endless) < 100_000 and len(_unpacked(endless)) == 10_000_001
    assert "more than 10 MB" in words(await step(world, "foresee", {**told, "packed": endless}, 413))


async def test_files_are_for_the_office_and_for_the_tracker_itself(tmp_path: Path) -> None:
    async with a_house(database="", data=tmp_path) as house:
        tracker = await house.program("tracker", source="ncase")
        file = {"file": ("r.csv", csv())}
        own = await tracker.post(f"{HERE}/columns", data={"source": "ncase"}, files=file, headers=BROWSER)
        foreign = await tracker.post(f"{HERE}/columns", data={"source": "other"}, files=file, headers=BROWSER)
        assert (own.status_code, foreign.status_code) == (200, 403)
        assert (await tracker.get(f"{HERE}/other", headers=BROWSER)).status_code == 404
        facilitator = await house.program("facilitator", person_id="p-f")
        assert (await facilitator.get(HERE, headers=BROWSER)).status_code == 403
