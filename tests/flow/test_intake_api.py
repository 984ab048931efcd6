"""Intake by HTTP: every command has its route, every thing can be found by id and in a list."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from services.intake.api import router
from services.intake.tables import TABLES
from shared.access.door import OPEN_DOOR, AtTheDoor
from shared.clock import VirtualClock
from shared.storage.database import Database
from shared.storage.work import Store
from shared.web.desk import Desk
from shared.web.problems import answer_refusals
from tests.support.intake import NOW, asked, formed, opened

PLAYBOOK = "playbook: peer-learning-community\nversion: 1\ntitle: Peer Learning Community\n"
PLC = {"engagement_id": "plc-2026"}
PLC_QUERY = {"engagement": "plc-2026"}
KENTUCKY = {**PLC, "team_id": "team-ky"}
PAIR = {**PLC, "from_team": "team-ky", "to_jurisdiction": "TN", "need": "transport"}


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[AsyncClient]:
    database = Database.at("", tmp_path, "intake")
    await database.create(TABLES)
    app = FastAPI()
    app.state.desks = {"intake": Desk(Store(database, VirtualClock(NOW)), patience=0)}
    app.router.routes.extend(router.finished)
    answer_refusals(app)
    app.add_middleware(AtTheDoor, door=OPEN_DOOR)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://intake") as client:
        yield client
    await database.close()


def request(**told: Any) -> dict[str, Any]:
    words = asked().model_dump(mode="json", exclude={"engagement_id", "request_id", "revision"}, exclude_none=True)
    return words | told


def engagement(**told: Any) -> dict[str, Any]:
    return opened().model_dump(mode="json", exclude_none=True) | told


def team(**told: Any) -> dict[str, Any]:
    return formed().model_dump(mode="json", exclude_none=True) | told


async def do(http: AsyncClient, path: str, **told: Any) -> dict[str, Any]:
    answer = await http.post(path, json=told)
    assert answer.is_success, answer.text
    return answer.json()


async def get(http: AsyncClient, path: str, **asked: Any) -> Any:
    answer = await http.get(path, params=asked)
    assert answer.is_success, answer.text
    return answer.json()


async def found(http: AsyncClient, path: str, name: str, **asked: Any) -> list[Any]:
    return [item[name] for item in (await get(http, path, **asked))["items"]]


def problems(answer: Response, status: int) -> dict[str, str]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    return {problem["field"]: problem["reason"] for problem in answer.json()["problems"]}


async def test_requests_are_found_by_id_by_tracker_and_by_what_became_of_them(http: AsyncClient) -> None:
    await do(http, "/requests", **request())
    await do(http, "/requests", **request(external_id="18", jurisdiction="TN", topic="licensing"))
    await do(http, "/requests", **request(external_id="19/b", source="ecetta"))
    await do(http, "/requests/withdraw", request_id="ncase-17", reason="Solved")
    await do(http, "/requests/answer", source="ncase", external_id="18", how="one_on_one")
    assert (await get(http, "/requests/ncase-17"))["state"] == "withdrawn"
    assert (await get(http, "/requests/ncase/18"))["how"] == "one_on_one"
    assert (await get(http, "/requests/ecetta/19/b"))["source"] == "ecetta"
    assert await found(http, "/requests", "external_id") == ["19/b", "17", "18"]
    assert await found(http, "/requests", "external_id", state="logged") == ["19/b"]
    assert await found(http, "/requests", "external_id", jurisdiction="TN") == ["18"]
    assert await found(http, "/requests", "external_id", topic="licensing") == ["18"]
    assert await found(http, "/requests", "external_id", source="ecetta") == ["19/b"]
    assert await found(http, "/requests", "external_id", logged_since="2026-08-21") == []


async def test_a_list_is_read_page_by_page_without_a_gap_or_a_double(http: AsyncClient) -> None:
    for number in range(7):
        await do(http, "/requests", **request(external_id=str(number), logged_on=f"2026-08-{20 + number % 3}"))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await get(http, "/requests", limit=3, **cursor)
        seen += [item["external_id"] for item in page["items"]]
        if page.get("next") is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == ["0", "3", "6", "1", "4", "2", "5"]


async def test_an_engagement_goes_its_way_from_opening_to_closing(http: AsyncClient) -> None:
    await do(http, "/playbooks", document=PLAYBOOK)
    await do(http, "/requests", **request())
    await do(http, "/engagements", **engagement(answers=["ncase-17"]))
    await do(http, "/engagements/change", **PLC, title="Rural afternoons")
    await do(http, "/roles/vacate", **PLC, role="facilitator", person_id="p-ruiz")
    await do(http, "/roles/fill", **PLC, role="facilitator", person_id="p-okafor")
    await do(http, "/engagements/close", **PLC, closed_on="2027-02-01", reason="completed")
    known = await get(http, "/engagements/plc-2026")
    assert (known["title"], known["state"]) == ("Rural afternoons", "closed")
    assert known["people"]["facilitator"] == "p-okafor"
    for name, value in {
        "state": "closed", "playbook": "peer-learning-community", "topic": opened().topic,
        "facilitator": "p-okafor", "center": "NCASE",
    }.items():  # fmt: skip
        assert await found(http, "/engagements", "engagement_id", **{name: value}) == ["plc-2026"]
        assert await found(http, "/engagements", "engagement_id", **{name: "open" if name == "state" else "-"}) == []
    assert await found(http, "/requests", "request_id", engagement="plc-2026") == ["ncase-17"]


async def test_a_team_goes_its_way_from_application_to_leaving(http: AsyncClient) -> None:
    await do(http, "/playbooks", document=PLAYBOOK)
    await do(http, "/engagements", **engagement())
    await do(http, "/approvals", **PLC, approval_id="invite-4", about="invite", region=4, asked_on="2026-09-02")
    await do(http, "/approvals/answer", **PLC, approval_id="invite-4", answer="granted")
    await do(http, "/applications", **PLC, application_id="app-ky", jurisdiction="KY", stage="exploring")
    await do(http, "/cohorts", **PLC, cohort="2", jurisdictions=["KY"], why="Less experience")
    await do(http, "/teams", **team())
    await do(http, "/teams/change", **KENTUCKY, lead="p-bell")
    await do(http, "/teams/sign-off", **KENTUCKY, role="lead_agency")
    await do(http, "/peers", **PAIR, score=0.8)
    await do(http, "/peers/connect", **PAIR)
    await do(http, "/teams/leave", **KENTUCKY, reason="No time")
    known = await get(http, "/teams/team-ky", engagement="plc-2026")
    assert (known["lead"], known["cohort"], known["state"]) == ("p-bell", "2", "left")
    assert known["signed_off"] == {"lead_agency": "2026-09-14"}
    of_kentucky = {**PLC_QUERY, "jurisdiction": "KY", "cohort": "2", "state": "left"}
    assert await found(http, "/teams", "team_id", **of_kentucky) == ["team-ky"]
    assert await found(http, "/teams", "team_id", state="formed") == []
    assert (await get(http, "/approvals/invite-4"))["state"] == "granted"
    assert await found(http, "/approvals", "approval_id", **PLC_QUERY, region=4, state="granted") == ["invite-4"]
    assert (await get(http, "/applications/app-ky"))["stage"] == "exploring"
    assert await found(http, "/applications", "application_id", **PLC_QUERY, stage="exploring") == ["app-ky"]
    assert (await get(http, "/cohorts/2"))["jurisdictions"] == ["KY"]
    assert await found(http, "/cohorts", "cohort", **PLC_QUERY) == ["2"]
    assert await found(http, "/peers", "need", **PLC_QUERY, team="team-ky", jurisdiction="TN", state="connected") == [
        "transport"
    ]


async def test_playbooks_are_found_by_name_and_version(http: AsyncClient) -> None:
    await do(http, "/playbooks", document=PLAYBOOK)
    await do(http, "/playbooks", document=PLAYBOOK.replace("version: 1", "version: 2"))
    assert (await get(http, "/playbooks/peer-learning-community"))["version"] == 2
    assert (await get(http, "/playbooks/peer-learning-community", version=1))["document"] == PLAYBOOK
    assert await found(http, "/playbooks", "version", playbook="peer-learning-community") == [1, 2]


async def test_what_is_logged_twice_is_new_once(http: AsyncClient) -> None:
    assert (await do(http, "/requests", **request()))["new"]
    assert not (await do(http, "/requests", **request()))["new"]


@pytest.mark.parametrize(
    ("path", "told", "status", "field"),
    [
        ("/requests", request(jurisdiction="Kentucky"), 422, "jurisdiction"),
        ("/requests", request(urgency="high"), 422, "urgency"),
        ("/requests", request(follows="plc-1999"), 404, "follows"),
        ("/requests/withdraw", {"request_id": "ncase-99", "reason": "Solved"}, 404, "request_id"),
        ("/engagements", engagement(), 404, "playbook"),
        ("/engagements", engagement(time_zone="Eastern"), 422, "time_zone"),
        ("/engagements/close", {**PLC, "reason": "completed"}, 404, "engagement_id"),
        ("/teams", team(), 404, "engagement_id"),
        ("/approvals/answer", {"approval_id": "invite-4", "answer": "granted"}, 404, "approval_id"),
        ("/playbooks", {"document": "playbook: x\nversion: one\n"}, 422, "playbook:2 version"),
    ],
)
async def test_a_refusal_names_the_field(
    http: AsyncClient, path: str, told: dict[str, Any], status: int, field: str
) -> None:
    assert field in problems(await http.post(path, json=told), status)


async def test_other_words_for_the_same_request_are_a_conflict(http: AsyncClient) -> None:
    await do(http, "/requests", **request())
    told = problems(await http.post("/requests", json=request(need="Transport")), 409)
    assert "need" in told["revision"]


@pytest.mark.parametrize(
    "path",
    [
        "/requests/ncase-99", "/requests/ncase/99", "/engagements/plc-1999", "/teams/team-ky", "/approvals/a",
        "/applications/a", "/cohorts/9", "/playbooks/nonsense",
    ],
)  # fmt: skip
async def test_what_is_not_known_is_not_found(http: AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("There is no ")
