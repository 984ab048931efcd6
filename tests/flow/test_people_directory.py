"""The directory of people by HTTP and by its command: who is told, who is asked, and who is erased for good."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.intake.handlers.people import Directory
from shared.people import called
from shared.storage import aside
from tests.support.services import World, a_world, problems

NAME, ADDRESS = "Maria Quillfeather", "maria.quillfeather@example.gov"
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
