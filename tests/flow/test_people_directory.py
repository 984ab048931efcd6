"""The directory of people by HTTP and by its command: who is told, who is asked, and who is erased for good."""

import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import time
from html import unescape
from pathlib import Path

import pytest
from httpx import Response

from services.followup.handlers import mail
from services.intake.handlers.people import Directory
from shared import errors
from shared.errors import Unknown
from shared.people import called
from shared.storage import aside
from tests.support.services import World, a_world, problems

NAME, ADDRESS = "Maria Quillfeather", "maria.quillfeather@example.gov"
BROWSER = {"accept": "text/html"}
MARIA = {"name": NAME, "address": ADDRESS}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(database="", data=tmp_path) as world:
        yield world


async def put(world: World, person_id: str, **told: object) -> None:
    answer = await world.http.put(f"/people/{person_id}", json=told)
    assert answer.is_success, answer.text


async def put_aside(world: World, service: str, body: bytes) -> None:
    async with world.services[service].store.work() as unit:
        await aside.put_aside(unit, "inbound.requests.ky", body, ())


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


async def test_who_was_told_is_known_to_every_service_by_name(world: World) -> None:
    await put(world, "p-1", **MARIA)
    for service in world.services.values():
        assert called(await service.directory.named(["p-1", "p-2"]), "p-1") == NAME
        assert (found := await service.directory.whose(ADDRESS.upper())) and found.person_id == "p-1"
        assert await service.directory.whose("nobody@example.gov") is None


async def test_a_new_name_is_shown_at_once(world: World) -> None:
    await put(world, "p-1", **MARIA)
    followup = world.services["followup"].directory
    assert (await followup.named(["p-1"]))["p-1"].name == NAME
    await put(world, "p-1", name="Maria Bell", address=ADDRESS, left=True)
    assert (await followup.named(["p-1"]))["p-1"].name == "Maria Bell"
    assert [one["person_id"] for one in (await world.get("/people", left=True))["items"]] == ["p-1"]
    assert (await world.get("/people", left=False))["items"] == []


async def test_the_last_administrator_is_neither_marked_as_left_nor_erased(world: World) -> None:
    await put(world, "p-1", **MARIA)
    await world.do("/access/accounts", person_id="p-1", roles=["administrator"])
    marked = await world.http.put("/people/p-1", json={**MARIA, "left": True})
    for refused in (marked, await world.http.post("/people/p-1/erase")):
        assert "the last administrator" in problems(refused, 409)["left"]
    await world.do("/access/accounts", person_id="p-2", roles=["administrator"])
    await put(world, "p-1", **MARIA, left=True)


async def test_no_fact_and_no_letter_tells_of_the_directory(world: World) -> None:
    await put(world, "p-1", **MARIA)
    await world.do("/people/import", csv=f"name,address\n{NAME},{ADDRESS}\n")
    assert await world.facts("intake") == []
    with sqlite3.connect(world.services["intake"].settings.data / "intake.db") as file:
        assert file.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


async def test_what_nobody_could_use_is_refused_with_its_field(world: World) -> None:
    assert "address" in problems(await world.http.put("/people/p-1", json={"name": "A", "address": "a b"}), 422)
    assert problems(await world.http.get("/people/p-9"), 404)
    assert (await world.http.put("/people/p%201", json=MARIA)).status_code == 422
    await put(world, "p-1", **MARIA)
    assert "address" in problems(await world.http.put("/people/p-2", json=MARIA), 409)


async def test_many_people_are_read_page_by_page(world: World) -> None:
    rows = "".join(f"p-{number:04},Person {number},p{number}@example.gov\n" for number in range(1200))
    told = await world.do("/people/import", csv=f"id,name,address\n{rows}")
    assert {row["outcome"] for row in told["rows"]} == {"added"}
    seen, cursor = [], None
    while True:
        page = await world.get("/people", limit=500, **({"cursor": cursor} if cursor else {}))
        seen += [one["person_id"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"p-{number:04}" for number in range(1200)]
    again = await world.do("/people/import", csv=f"id,name,address\n{rows}")
    assert {row["outcome"] for row in again["rows"]} == {"same"}


async def test_after_an_erasing_no_byte_of_any_database_tells_the_name(world: World, tmp_path: Path) -> None:
    await put(world, "p-1", name="Somebody Else Entirely Quillfeather", address=ADDRESS)
    await put(world, "p-1", **MARIA)
    for number in range(50):
        await put(world, f"q-{number}", name=f"Neighbour {number}")
    for name in world.services:
        await put_aside(world, name, f'{{"need": "Call {NAME.upper()}, {ADDRESS}"}}'.encode() + b"\xff")
    assert b"Quillfeather" in bytes_of(tmp_path)
    told = await world.do("/people/p-1/erase")
    assert (told["redacted"], told["unasked"], told["mentions"], told["overwritten"]) == (4, [], [], True)
    left = bytes_of(tmp_path).lower()
    assert b"quillfeather" not in left
    assert b"neighbour 49" in left
    for service in world.services.values():
        assert await service.directory.named(["p-1"]) == {}
    assert problems(await world.http.get("/people/p-1"), 404)


async def test_what_is_wrong_with_a_message_and_what_it_is_about_tell_no_more_of_whoever_was_erased(
    world: World, tmp_path: Path
) -> None:
    await put(world, "p-1", **MARIA)
    async with world.services["intake"].store.work() as unit:
        told = Unknown("engagement", "maria_quillfeather", field="follows")
        await aside.put_aside(unit, "inbound.requests.Maria-Quillfeather", b"{}", errors.problems(told))
    assert b"quillfeather" in bytes_of(tmp_path).lower()
    assert (await world.do("/people/p-1/erase"))["redacted"] == 1
    [left] = (await world.get("/aside"))["intake"]["items"]
    assert left["subject"] == "inbound.requests.[erased]"
    assert left["problems"][0]["reason"].startswith("There is no engagement [erased].")
    assert b"quillfeather" not in bytes_of(tmp_path).lower(), "nor what the bus is told of it"


async def test_no_token_is_called_by_the_name_of_whoever_was_erased(world: World, tmp_path: Path) -> None:
    await put(world, "p-1", **MARIA)
    await world.services["intake"].register.prepare()
    wanted = [("For MARIA Quillfeather's R", None), ("R of Maria", "p-1"), ("Dashboard", None)]
    for label, person_id in wanted:
        await world.do("/access/tokens", label=label, roles=["evaluator"], person_id=person_id)
    await world.do("/people/p-1/erase")
    labels = sorted(one["label"] for one in (await world.get("/access/tokens"))["items"])
    assert labels == ["Dashboard", "For [erased]'s R", "[erased]"]
    assert b"quillfeather" not in bytes_of(tmp_path).lower() and b"R of Maria" not in bytes_of(tmp_path)


async def test_who_was_erased_stays_erased(world: World) -> None:
    await put(world, "p-1", **MARIA)
    await world.do("/people/p-1/erase")
    assert (await world.do("/people/p-1/erase"))["already"]
    assert "person_id" in problems(await world.http.put("/people/p-1", json=MARIA), 409)
    told = await world.do("/people/import", csv=f"id,name\np-1,{NAME}\n")
    assert told["rows"][0]["outcome"] == "refused"
    assert problems(await world.http.post("/people/p-9/erase"), 404)


async def test_what_people_wrote_themselves_is_found_and_told_not_erased(world: World) -> None:
    await put(world, "p-1", **MARIA)
    need = f"Please call {NAME}."
    words = {"source": "ky", "external_id": "1", "jurisdiction": "KY", "topic": "licensing", "need": need}
    await world.do("/requests", **words)
    found = (await world.do("/people/mentions", words=["quillfeather"]))["mentions"]
    assert [(one["service"], one["kind"]) for one in found] == [("intake", "eng.intake.ta_request_logged.v1")]
    assert (await world.do("/people/p-1/erase"))["mentions"] == found


async def test_nobody_is_erased_while_a_service_does_not_answer_unless_that_is_wished(world: World) -> None:
    await put(world, "p-1", **MARIA)
    directory = world.services["intake"].directory
    assert isinstance(directory, Directory)
    intake = world.services["intake"]
    intake.colleagues = {name: one for name, one in intake.colleagues.items() if name != "sessions"}
    refused = await world.http.post("/people/p-1/erase")
    assert (refused.status_code, "sessions did not answer" in refused.text) == (503, True)
    assert (await directory.named(["p-1"]))["p-1"].name == NAME
    assert (await world.http.post("/people/p-1/erase?anyway=true")).json()["unasked"] == ["sessions"]


async def look(world: World, content: bytes) -> Response:
    """Choose a file on the page of people."""
    return await world.http.post("/app/people/import", files={"file": ("people.csv", content, "text/csv")})


async def take_in(world: World, shown: Response) -> Response:
    """Press the button under what the file would change."""
    [kept] = re.findall("<textarea[^>]*>\n(.*?)</textarea>", shown.text, re.DOTALL)
    csv = {"csv": (None, unescape(kept))}
    return await world.http.post("/app/people/take-in", files=csv, headers=BROWSER, follow_redirects=True)


async def everybody(world: World) -> dict[str, str]:
    return {one["person_id"]: one["name"] for one in (await world.get("/people"))["items"]}


async def test_a_button_on_a_second_page_erases_and_says_what_it_did(world: World) -> None:
    assert "Nobody yet" in (await world.http.get("/app/people")).text
    await put(world, "p-1", **MARIA)
    await put_aside(world, "sessions", f'{{"need": "{NAME}"}}'.encode())
    assert ADDRESS in (await world.http.get("/app/people.csv")).text
    asked = (await world.http.get("/app/people/p-1/erase")).text
    assert f"Erase {NAME}?" in asked and "Erase for good" in asked
    assert NAME in (await world.http.get("/app/people")).text
    done = (await world.http.post("/app/people/p-1/erase", headers=BROWSER)).text
    assert "p-1 is erased" in done and "One message that was put aside is illegible now." in done
    for path in ("/app/people", "/app/people.csv", "/app/people/p-1/erase"):
        told = (await world.http.get(path)).text
        assert NAME not in told and ADDRESS not in told
    assert "p-1 was erased before" in told
    assert (await world.http.get("/app/people/p-9/erase")).status_code == 404


async def test_the_page_says_which_service_did_not_answer_and_erases_anyway_if_wished(world: World) -> None:
    await put(world, "p-1", **MARIA)
    intake = world.services["intake"]
    intake.colleagues = {name: one for name, one in intake.colleagues.items() if name != "sessions"}
    told = await world.http.post("/app/people/p-1/erase", headers=BROWSER)
    assert (told.status_code, "sessions did not answer" in told.text, "Erase anyway" in told.text) == (503, True, True)
    assert await everybody(world) == {"p-1": NAME}
    done = await world.http.post("/app/people/p-1/erase", data={"anyway": "true"}, headers=BROWSER)
    assert "did not answer: sessions" in done.text
    assert await everybody(world) == {}


async def test_a_file_is_seen_before_it_is_taken_in(world: World) -> None:
    await put(world, "p-1", **MARIA)
    rows = f"id,name,address,shoe\np-1,{NAME},new@example.gov,9\np-2,Jun,jun@example.gov,8\n"
    shown = await look(world, rows.encode())
    assert f"{ADDRESS}" in shown.text and "new@example.gov" in shown.text and "not kept: shoe" in shown.text
    assert await everybody(world) == {"p-1": NAME}
    assert "The file is taken in: 1 added, 1 changed." in (await take_in(world, shown)).text
    assert await everybody(world) == {"p-1": NAME, "p-2": "Jun"}
    assert "The file changes nothing" in (await look(world, rows.encode())).text


async def test_a_file_with_one_refused_row_is_refused_whole_by_row_and_field(world: World) -> None:
    shown = await look(world, b"id,name,address\np-1,Maria,m@example.gov\np-2,Jun,nowhere\n")
    assert shown.status_code == 422 and "The file was not taken in" in shown.text
    assert "Row 3" in shown.text and "address: must be one mail address" in shown.text
    assert "/app/people/take-in" not in shown.text
    assert await everybody(world) == {}


async def test_nothing_is_taken_in_where_the_directory_changed_since_the_file_was_seen(world: World) -> None:
    shown = await look(world, b"id,name,address\np-1,Maria,m@example.gov\np-2,Jun,j@example.gov\n")
    await put(world, "p-3", name="Somebody else", address="j@example.gov")
    told = await take_in(world, shown)
    assert told.status_code == 422 and "Row 3" in told.text
    assert await everybody(world) == {"p-3": "Somebody else"}


@pytest.mark.parametrize(
    ("content", "is_guessed"),
    [
        ("id,name\np-1,José Müller\n".encode(), False),
        ("id,name\np-1,José Müller\n".encode("utf-8-sig"), False),
        ("id\tname\r\np-1\tJosé Müller\r\n".encode("utf-16"), False),
        ("id;name\r\np-1;José Müller\r\n".encode("cp1252"), True),
    ],
    ids=["UTF-8", "UTF-8 with its mark", "Unicode text", "Windows-1252"],
)
async def test_a_file_is_read_in_whatever_letters_spreadsheets_save_it(
    world: World, content: bytes, is_guessed: bool
) -> None:
    shown = await look(world, content)
    assert ("read as Windows-1252" in shown.text) == is_guessed
    await take_in(world, shown)
    assert await everybody(world) == {"p-1": "José Müller"}


async def test_what_is_no_file_of_people_is_told_on_the_page(world: World) -> None:
    for content, why in ((b"id,mail\np-1,a@b.gov\n", "no column `name`"), (b"\x81\x8d\x90", "save it as CSV UTF-8")):
        told = await look(world, content)
        assert (told.status_code, why in told.text) == (422, True), told.text


async def test_the_calendars_of_whoever_is_erased_end(world: World) -> None:
    await put(world, "p-1", **MARIA)
    made = await world.do("/calendars", person_id="p-1")
    path = "/calendar/" + made["url"].rpartition("/calendar/")[2]
    assert (await world.http.get(path)).status_code == 200
    await world.do("/people/p-1/erase")
    assert (await world.http.get(path)).status_code == 404


async def test_what_waits_to_be_sent_to_whoever_is_erased_is_sent_to_nobody(world: World) -> None:
    await put(world, "p-1", **MARIA)
    store = world.services["followup"].store
    await mail.ask_for_link(store, "p-1")
    await mail.choose(store, "p-1", [], time(9))
    await world.do("/people/p-1/erase")
    [letter] = (await mail.listed(store, None, 10)).letters
    assert (letter.person_id, letter.state, letter.next_at) == ("p-1", "needless", None)
    assert (await mail.chosen(store, "p-1")).at is None
