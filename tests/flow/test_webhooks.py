"""Evaluators set up webhooks by HTTP, see what became of each event, and verify that it comes from here."""

import json
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from services.evaluation.channels import Hook
from services.evaluation.handlers import webhooks as handling
from shared.access import accounts
from tests.support.access import House, a_house, refusal
from tests.support.calendars import ROOT, node
from tests.support.matrix import FOREIGN, OWN, both_opened
from tests.support.outcomes import outcome
from tests.support.receiver import HOOK, Came, Receiver, a_receiver, a_telling_house, send
from tests.support.saying import NOW
from tests.support.services import problems

VERIFY = ROOT / "tests" / "support" / "verify_webhook.mjs"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_telling_house(tmp_path, *both_opened()) as there:
        yield there


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as there:
        yield there


@pytest.fixture
async def evaluator(house: House) -> AsyncClient:
    return await house.person(f"{OWN}-e", "evaluator")


async def make(comer: AsyncClient, receiver: Receiver) -> tuple[str, str]:
    """A new webhook, and its secret."""
    answer = await comer.post("/webhooks", json={"url": receiver.url, "label": "our system"})
    assert answer.status_code == 201, answer.text
    return answer.json()["webhook"]["webhook_id"], answer.json()["secret"]


def sound(secret: str, *came: Came) -> list[bool]:
    """Which of these the reference library takes for ours; its clock shows what that of our tests shows."""
    told = [{"secret": secret, "headers": one.headers, "body": one.body.decode()} for one in came]
    verify = [node(), str(VERIFY), str(int(NOW.timestamp() * 1000))]
    read = subprocess.run(verify, input=json.dumps(told).encode(), capture_output=True, check=True)
    found: list[bool] = json.loads(read.stdout)
    return found


async def test_the_reference_library_in_another_language_verifies_what_arrives(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    webhook_id, secret = await make(evaluator, receiver)
    await house.world.say(outcome(1, OWN, statement="M\u00e9s fam\u00edlies \u2026"))
    rotated = (await evaluator.post(f"/webhooks/{webhook_id}/rotate")).json()
    await send(house)
    [came] = receiver.came
    assert came.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    tampered, later = replace(came, body=came.body.replace(b"o1", b"o2")), {"webhook-timestamp": "1"}
    late = replace(came, headers=came.headers | later)
    for valid in (secret, rotated["secret"]):
        assert sound(valid, came, tampered, late) == [True, False, False]
    assert sound("whsec_" + "A" * 43 + "=", came) == [False]


async def test_the_log_tells_of_each_try_and_the_secret_is_never_shown_again(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    webhook_id, secret = await make(evaluator, receiver)
    await house.world.say(outcome(1, OWN), outcome(1, FOREIGN))
    await send(house)
    [one] = (await evaluator.get(f"/webhooks/{webhook_id}/deliveries")).json()["items"]
    assert (one["event_id"], one["message_id"], one["state"]) == (outcome(1, OWN).id, receiver.ids[0], "delivered")
    assert (one["type"], one["engagement_id"], one["request_id"]) == (outcome(1, OWN).event.type, OWN, None)
    log = await evaluator.get(f"/webhooks/{webhook_id}/deliveries/{one['event_id']}")
    [tried] = log.json()["attempts"]
    assert (tried["status"], tried["outcome"], tried["milliseconds"] >= 0) == (204, "delivered", True)
    for path in ("/webhooks", f"/webhooks/{webhook_id}", f"/webhooks/{webhook_id}/deliveries"):
        assert secret not in (await evaluator.get(path)).text
    assert (await evaluator.get(f"/webhooks/{webhook_id}")).json()["took_at"]


async def test_a_test_event_and_one_that_is_wanted_again_arrive(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    webhook_id, _ = await make(evaluator, receiver)
    await house.world.say(outcome(1, OWN))
    await send(house)
    queued = await evaluator.post(f"/webhooks/{webhook_id}/test")
    again = await evaluator.post(f"/webhooks/{webhook_id}/resend", json={"event_id": outcome(1, OWN).id})
    assert (queued.status_code, again.status_code) == (202, 202)
    await send(house)
    assert sorted(receiver.ids[1:]) == sorted([queued.json()["event_id"], outcome(1, OWN).id])
    foreign = await evaluator.post(f"/webhooks/{webhook_id}/resend", json={"event_id": outcome(1, FOREIGN).id})
    assert foreign.status_code == 404


async def test_somebody_elses_webhook_is_as_unknown_as_one_that_never_was(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    webhook_id, _ = await make(evaluator, receiver)
    other, office = await house.person(f"{FOREIGN}-e", "evaluator"), house.world.http
    assert (await other.get("/webhooks")).json()["items"] == []
    for method, rest in (("GET", ""), ("GET", "/deliveries"), ("POST", "/test"), ("POST", "/rotate"), ("DELETE", "")):
        found, never = [
            (await other.request(method, f"/webhooks/{id}{rest}")).json()["detail"].replace(id, "…")
            for id in (webhook_id, "never-was")
        ]
        assert found == never
    assert (await office.get(f"/webhooks/{webhook_id}")).json()["owner"] == f"person {OWN}-e"
    assert (await evaluator.delete(f"/webhooks/{webhook_id}")).is_success
    assert (await evaluator.get("/webhooks")).json()["items"] == []


async def test_whoever_loses_the_account_is_told_nothing_more(
    house: House, receiver: Receiver, evaluator: AsyncClient
) -> None:
    webhook_id, _ = await make(evaluator, receiver)
    await accounts.revoke(house.register, f"{OWN}-e")
    await house.world.say(outcome(1, OWN))
    await send(house)
    assert receiver.came == []
    told = (await house.world.http.get(f"/webhooks/{webhook_id}")).json()
    assert (told["state"], "may not see events here" in told["why"]) == ("disabled", True)
    assert (await house.world.http.post(f"/webhooks/{webhook_id}/test")).status_code == 409
    enabled = await house.world.http.post(f"/webhooks/{webhook_id}/enable")
    assert enabled.json()["owner"] == f"person {OWN}-e"
    await send(house)
    assert receiver.came == [], "an administrator enables it, and tells nothing in their own name"
    again = await house.person(f"{OWN}-e", "evaluator")
    assert (await again.post(f"/webhooks/{webhook_id}/enable")).json()["state"] == "active"
    await send(house)
    assert receiver.ids == [outcome(1, OWN).id]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/", "private address"),
        ("http://127.0.0.1:8000/", "private address"),
        ("https://localhost/", "private address"),
        ("https://[::1]/", "private address"),
        ("https://[::ffff:169.254.169.254]/", "private address"),
        ("https://169.254.169.254/latest/meta-data", "private address"),
        ("https://0.0.0.0/", "private address"),
        ("https://0x7f000001/", "private address"),
        ("https://2130706433/", "private address"),
        ("https://10.1/", "private address"),
        ("http://8.8.8.8/", "https:// only"),
        ("https://nowhere.invalid/", "not found"),
    ],
)
async def test_an_address_that_leads_inside_is_refused_when_it_is_saved(url: str, why: str) -> None:
    async with a_house() as house:
        answer = await house.world.http.post("/webhooks", json={"url": url, "label": "x"})
        told = problems(answer, 422)["url"]
    assert why in told
    assert ("whoever runs Throughline" in told and "THROUGHLINE_WEBHOOK_NETWORKS" in told) is (why == "private address")


class Names:
    """A name server that answers each time with the next of these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.left = list(addresses)

    def __call__(self, _host: str, port: int, *_more: object) -> Sequence[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.left.pop(0), port))]


async def test_a_name_that_leads_inside_by_the_time_something_is_sent_is_not_followed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"https://turns.example.org:{receiver.port}/"
    monkeypatch.setattr(socket, "getaddrinfo", Names("93.184.216.34", "127.0.0.1"))
    hook = Hook((), 5.0)
    await hook.see(url)
    tried = await hook.send(url, {}, b"{}", NOW)
    assert (tried.outcome, receiver.came) == ("failed", [])
    assert tried.why.startswith("Not sent: it leads to a private address, and nothing may be sent there unless")


async def test_what_was_looked_at_is_what_is_connected_to_whatever_the_name_says_a_moment_later(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names("127.0.0.1", "10.66.6.6")
    monkeypatch.setattr(socket, "getaddrinfo", names)
    tried = await HOOK.send(f"http://turns.example.org:{receiver.port}/", {}, b"{}", NOW)
    assert (tried.outcome, names.left) == ("delivered", ["10.66.6.6"])
    assert receiver.came[0].headers["host"] == f"turns.example.org:{receiver.port}"


async def test_a_proxy_of_the_environment_is_no_way_around(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await HOOK.send(receiver.url, {}, b"{}", NOW)).outcome == "delivered"


async def test_a_program_without_a_person_and_one_webhook_too_many_are_refused(
    house: House, receiver: Receiver, evaluator: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "EACH", 1)
    nobodys = await house.program("evaluator")
    told = {"url": receiver.url, "label": "x"}
    assert refusal(await nobodys.post("/webhooks", json=told))[0] == 409
    await make(evaluator, receiver)
    answer = await evaluator.post("/webhooks", json=told)
    assert "1 webhooks of yours" in answer.json()["detail"]
    assert (await house.world.http.post("/webhooks", json=told)).status_code == 201
