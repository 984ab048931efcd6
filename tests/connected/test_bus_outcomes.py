"""What evaluators get: outcomes alone, each once, in order, whatever the bus has lost meanwhile."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from services import running
from shared.bus.accounts.keyring import Keyring
from shared.bus.accounts.members import Kind
from shared.bus.connecting import Key, connect
from shared.bus.server import EmbeddedServer
from shared.clock import WorldClock
from shared.events.base import Event, say
from shared.events.evaluation import EvaluationFactRetracted, GoalAssessed, OutcomeDismissed, OutcomeRecorded
from shared.service import Service
from tests.connected.test_bus_reconciler import a_place, at_work, settings
from tests.support.bus import a_connection, all_in

CLOCK = WorldClock()
OF_E1: dict[str, Any] = {
    "engagement_id": "e1",
    "level": "policy",
    "statement": "A new rule",
    "evidence": "The register",
}
SAID = (
    OutcomeRecorded(**OF_E1, outcome_id="o1", seen_on=date(2026, 1, 5), source="report"),
    OutcomeDismissed(engagement_id="e1", outcome_id="o2", reason="None", person_id="p-1", on=date(2026, 1, 5)),
    GoalAssessed(engagement_id="e1", goal_id="g1", verdict="reached", on=date(2026, 1, 6)),
    EvaluationFactRetracted(engagement_id="e1", fact_id="x", reason="A mistake"),
    OutcomeRecorded(**OF_E1, outcome_id="o3", seen_on=date(2026, 1, 7), source="report"),
)
TOLD = ["outcome_recorded", "goal_assessed", "fact_retracted", "outcome_recorded"]


async def tell(evaluation: Service, *events: Event) -> None:
    """Have this said, and wait until the bus has it."""
    assert evaluation.postman
    await evaluation.take_in(evaluation.store, [say(event, CLOCK.now()) for event in events])
    await evaluation.postman.flush()


async def told(client: Client) -> list[str]:
    """What evaluators are told, by the short names of the language, in order."""
    return [json.loads(body)["type"].split(".")[2] for body in await all_in(client, "OUTCOMES")]


def without_why(fact: dict[str, Any]) -> dict[str, Any]:
    """What was taken back is copied without what staff wrote about it."""
    return fact | {"data": fact["data"] | {"reason": "taken_back"}} if "retracted" in fact["type"] else fact


async def test_outcomes_and_verdicts_are_copied_in_order_and_nothing_else(tmp_path: Path) -> None:
    async with a_place(tmp_path, "evaluation") as (client, [evaluation]):
        await tell(evaluation, *SAID)
        assert await told(client) == TOLD
        facts = [json.loads(body) for body in await all_in(client, "ENGAGEMENT")]
        copies = [json.loads(body) for body in await all_in(client, "OUTCOMES")]
    assert copies == [without_why(fact) for fact in facts if "dismissed" not in fact["type"]]
    assert not [copy for copy in copies if "p-1" in json.dumps(copy)]


async def test_when_the_stream_of_facts_is_lost_evaluators_are_told_nothing_twice(tmp_path: Path) -> None:
    async with a_place(tmp_path, "evaluation") as (client, [evaluation]):
        await tell(evaluation, *SAID)
        await client.jetstream().delete_stream("ENGAGEMENT")
        assert evaluation.reconciler and evaluation.postman
        await evaluation.reconciler.reconcile()
        await evaluation.postman.flush()
        assert len(await all_in(client, "ENGAGEMENT")) == len(SAID)
        assert await told(client) == TOLD


async def test_what_the_copy_has_lost_or_never_had_is_said_again(tmp_path: Path) -> None:
    async with a_place(tmp_path, "evaluation") as (client, [evaluation]):
        await tell(evaluation, *SAID)
        js = client.jetstream()
        await js.delete_msg("OUTCOMES", 2)
        assert evaluation.reconciler and evaluation.postman
        await evaluation.reconciler.reconcile()
        await evaluation.postman.flush()
        assert sorted(await told(client)) == sorted(TOLD)
        await js.delete_stream("OUTCOMES")
        await evaluation.reconciler.reconcile()
        await evaluation.postman.flush()
        assert await told(client) == TOLD


async def test_a_stream_that_is_gone_is_made_again_by_an_administrator_who_then_is_known_no_more(
    tmp_path: Path,
) -> None:
    keyring = Keyring(tmp_path / "nats")
    keyring.admit_services()
    keyring.admit(Kind.EVALUATOR, "ky")
    async with EmbeddedServer(tmp_path / "nats", keyring=keyring) as server:
        [evaluation] = running.build(settings(tmp_path), CLOCK, ("evaluation",))
        evaluation.administrator = server.administrator
        async with running.started([evaluation], server.url, alarm=False):
            await tell(evaluation, *SAID)
            assert server.administrator
            async with server.administrator() as client:
                await client.jetstream().delete_stream("OUTCOMES")
            async with asyncio.timeout(60):
                while (state := await _state(server, keyring)) != (len(TOLD), 1):  # noqa: ASYNC110 - on the server
                    await asyncio.sleep(0.2)
        assert state == (len(TOLD), 1)
    assert "$JS.API.>" not in keyring.accounts.read_text()


async def _state(server: EmbeddedServer, keyring: Keyring) -> tuple[int, int]:
    """How many outcomes there are, and how many consumers of evaluators."""
    key = Key("intake", keyring.file(Kind.SERVICE, "intake"))
    client = await connect(server.url, key, allow_reconnect=False)
    try:
        found = json.loads((await client.request("$JS.API.STREAM.INFO.OUTCOMES", timeout=10)).data)
        state = found.get("state", {})
        return state.get("messages", 0), state.get("consumer_count", 0)
    finally:
        await client.close()


async def test_a_bus_that_had_no_accounts_keeps_its_streams_when_it_gets_them(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with EmbeddedServer(tmp_path) as server, at_work(tmp_path / "data", server, "evaluation") as [evaluation]:
        await tell(evaluation, *SAID)
        async with a_connection(server) as client:
            before = await all_in(client, "ENGAGEMENT")
    keyring = Keyring(tmp_path)
    keyring.admit_services()
    async with EmbeddedServer(tmp_path, keyring=keyring) as server:
        client = await connect(server.url, Key("followup", keyring.file(Kind.SERVICE, "followup")))
        assert await all_in(client, "ENGAGEMENT") == before
        await client.close()
