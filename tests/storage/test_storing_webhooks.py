"""Events reach webhooks in order, once per id, whoever sends and whatever breaks, on SQLite and PostgreSQL."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.evaluation import handlers, repository
from services.evaluation.decisions.webhooks import DEAD, GONE, NOBODYS, PAUSES
from services.evaluation.domain.webhooks import Attempt, Delivery, MakeWebhook, Resend, Webhook
from services.evaluation.handlers import webhooks as handling
from services.evaluation.handlers.messenger import Messenger
from services.evaluation.repository import deliveries, webhooks
from services.evaluation.tables import TABLES
from shared import use_cases
from shared.access.caller import ALL_RIGHTS, Caller, Role
from shared.errors import Unknown
from shared.events import wire
from shared.events.base import Fact
from shared.storage.listing import Asked
from shared.storage.work import Store
from tests.support.messaging import run_messenger
from tests.support.outcomes import outcome
from tests.support.receiver import HOOK, Receiver, a_receiver
from tests.support.saying import said
from tests.support.stores import NOW, a_store

EVE = Caller("person p-e", frozenset({Role.EVALUATOR}), "p-e")
OTHER = Caller("person p-o", frozenset({Role.EVALUATOR}), "p-o")
LATER = timedelta(hours=100)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with a_store(url, "evaluation", TABLES) as opened:
        yield opened


@pytest.fixture
async def replica(url: str, store: Store) -> AsyncIterator[Store]:
    async with a_store(url, "evaluation", TABLES) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as there:
        yield there


async def record(store: Store, *facts: Fact) -> None:
    await use_cases.hear(store, facts, repository.keep, said=True)


async def make(store: Store, receiver: Receiver, **wanted: Any) -> str:
    told = MakeWebhook.model_validate({"url": receiver.url, "label": "r", **wanted})
    webhook, _secret = await handling.make(store, HOOK, told)
    return webhook.webhook_id


def a_messenger(store: Store, *known: Caller) -> Messenger:
    callers = {one.label: one for one in (ALL_RIGHTS, *known)}

    async def standing(label: str) -> Caller | None:
        return callers.get(label)

    return Messenger(store, replace(HOOK, within=2.0), standing)


async def send(store: Store, *known: Caller, later: timedelta = timedelta()) -> None:
    store.clock.move_to(store.clock.now() + later)  # type: ignore[attr-defined]
    await a_messenger(store, *known).send_all()


async def webhook(store: Store, webhook_id: str) -> Webhook:
    async with store.look() as unit:
        return await webhooks.find(unit, webhook_id)


async def sent(store: Store, webhook_id: str) -> list[Delivery]:
    async with store.look() as unit:
        return (await deliveries.page(unit, Asked(), webhook_id, None)).items


async def attempts(store: Store, webhook_id: str, fact: Fact) -> list[Attempt]:
    async with store.look() as unit:
        return (await deliveries.log(unit, webhook_id, fact.id)).attempts


async def test_what_is_said_from_now_on_arrives_as_it_is_on_the_bus(store: Store, receiver: Receiver) -> None:
    await record(store, outcome(1))
    webhook_id = await make(store, receiver)
    await record(store, outcome(2))
    await send(store)
    await send(store)
    [came] = receiver.came
    assert (came.id, came.body) == (outcome(2).id, wire.encode(outcome(2)))
    assert came.headers["content-type"] == "application/cloudevents+json"
    [one] = await sent(store, webhook_id)
    [tried] = await attempts(store, webhook_id, outcome(2))
    assert (one.state, one.tries, tried.outcome, tried.status) == ("delivered", 1, "delivered", 204)


async def test_whoever_wants_it_gets_what_was_said_before_too(store: Store, receiver: Receiver) -> None:
    await record(store, outcome(1))
    await make(store, receiver, since="0")
    await send(store)
    assert receiver.ids == [outcome(1).id]


async def test_of_one_engagement_or_of_some_types_nothing_else_arrives(store: Store, receiver: Receiver) -> None:
    await make(store, receiver, engagement="e1", types=["eng.evaluation.outcome_recorded.v1"])
    await record(store, outcome(1), outcome(1, "e2"), said("goal_assessed", on="2027-01-04"))
    await send(store)
    assert receiver.ids == [outcome(1).id]


async def test_what_is_not_taken_is_tried_again_and_holds_up_only_its_own_engagement(
    store: Store, receiver: Receiver
) -> None:
    webhook_id = await make(store, receiver)
    receiver.answer = lambda came: "500 No" if b'"subject":"a"' in came.body else "200 OK"
    await record(store, outcome(1, "a"), outcome(2, "a"), outcome(1, "b"), outcome(2, "b"))
    await send(store)
    assert sorted(receiver.ids) == sorted(one.id for one in (outcome(1, "a"), outcome(1, "b"), outcome(2, "b")))
    receiver.came.clear()
    receiver.answer = lambda _: "200 OK"
    await send(store, later=timedelta(seconds=4))
    assert receiver.came == []
    await send(store, later=timedelta(seconds=4))
    assert receiver.ids == [outcome(1, "a").id, outcome(2, "a").id]
    tried = await attempts(store, webhook_id, outcome(1, "a"))
    assert [(one.outcome, one.status, one.why, one.answer) for one in tried] == [
        ("failed", 500, "It answered 500.", "seen"),
        ("delivered", 200, "", "seen"),
    ]


async def test_the_bytes_and_the_id_are_the_same_at_each_try_and_the_signature_is_new(
    store: Store, receiver: Receiver
) -> None:
    await make(store, receiver)
    receiver.answer = lambda _: "503 Later"
    await record(store, outcome(1))
    for pause in (timedelta(), *PAUSES[:3]):
        await send(store, later=pause * 1.2)
    assert len(receiver.came) == 4
    assert len({(one.id, one.body) for one in receiver.came}) == 1
    assert len({one.headers["webhook-signature"] for one in receiver.came}) == 4


async def test_retry_after_is_obeyed(store: Store, receiver: Receiver) -> None:
    await make(store, receiver)
    receiver.answer = lambda _: "429 Slowly\r\nRetry-After: 3600"
    await record(store, outcome(1))
    await send(store)
    await send(store, later=timedelta(minutes=59))
    assert len(receiver.came) == 1
    await send(store, later=timedelta(minutes=2))
    assert len(receiver.came) == 2


async def test_a_redirect_is_never_followed(store: Store, receiver: Receiver) -> None:
    webhook_id = await make(store, receiver)
    receiver.answer = lambda _: f"307 There\r\nLocation: {receiver.url}/elsewhere"
    await record(store, outcome(1))
    await send(store)
    [tried] = await attempts(store, webhook_id, outcome(1))
    assert ([one.path for one in receiver.came], tried.status) == (["/events"], 307)
    assert "never followed" in tried.why


async def test_an_endpoint_that_is_gone_is_told_nothing_more_until_somebody_enables_it(
    store: Store, receiver: Receiver
) -> None:
    webhook_id = await make(store, receiver)
    receiver.answer = lambda _: "410 Gone"
    await record(store, outcome(1))
    await send(store)
    await record(store, outcome(2))
    await send(store, later=LATER)
    found = await webhook(store, webhook_id)
    assert (found.state, found.why, len(receiver.came)) == ("disabled", GONE, 1)
    receiver.answer = lambda _: "200 OK"
    await handling.enable(store, webhook_id)
    await send(store)
    assert receiver.ids[1:] == [outcome(1).id, outcome(2).id]


async def test_whoever_was_away_a_week_gets_everything_in_order_once_per_id(store: Store, receiver: Receiver) -> None:
    webhook_id = await make(store, receiver)
    receiver.answer = lambda _: "502 Away"
    facts = {e: [outcome(n, e) for n in range(3)] for e in ("a", "b")}
    for some in zip(*facts.values(), strict=True):
        await record(store, *some)
    for pause in (timedelta(), *PAUSES):
        await send(store, later=pause * 1.2)
    assert ((await webhook(store, webhook_id)).why, len(receiver.came)) == (DEAD, 20)
    receiver.came.clear()
    receiver.answer = lambda _: "200 OK"
    await record(store, outcome(3, "a"))
    await send(store, later=LATER)
    assert receiver.came == []
    await handling.enable(store, webhook_id)
    await send(store)
    for engagement, its in facts.items():
        wanted = [*(one.id for one in its), *([outcome(3, "a").id] if engagement == "a" else [])]
        assert [one for one in receiver.ids if one in wanted] == wanted
    assert len(receiver.ids) == len(set(receiver.ids)) == 7


async def test_two_replicas_tell_each_event_once_and_in_order(store: Store, replica: Store, receiver: Receiver) -> None:
    await make(store, receiver)
    facts = {e: [outcome(n, e) for n in range(5)] for e in ("a", "b", "c")}
    for at, some in zip((store, replica) * 3, zip(*facts.values(), strict=True), strict=False):
        await record(at, *some)
    await asyncio.gather(send(store), send(replica))
    await send(store)
    for some_ in facts.values():
        assert [one for one in receiver.ids if one in {fact.id for fact in some_}] == [fact.id for fact in some_]
    assert len(receiver.ids) == 15


async def test_a_slow_endpoint_delays_no_other(store: Store, receiver: Receiver) -> None:
    async with a_receiver() as slow:
        slow.gate.clear()
        await make(store, slow)
        await make(store, receiver)
        await record(store, *(outcome(n) for n in range(5)))
        telling = asyncio.create_task(send(store))
        async with asyncio.timeout(20):
            while len(receiver.came) < 5:  # noqa: ASYNC110 - it is beyond a network
                await asyncio.sleep(0.02)
        assert len(slow.came) <= 1 and not telling.done()
        slow.gate.set()
        await telling
        assert len(slow.came) == 5


async def test_an_endpoint_that_says_nothing_is_not_waited_for(store: Store) -> None:
    async with a_receiver() as silent:
        silent.gate.clear()
        webhook_id = await make(store, silent)
        await record(store, outcome(1))
        await send(store)
        [tried] = await attempts(store, webhook_id, outcome(1))
        assert (tried.outcome, tried.status, tried.why) == ("failed", None, "It did not answer in time.")


async def test_one_event_or_all_since_then_come_again_under_the_same_ids(store: Store, receiver: Receiver) -> None:
    await record(store, outcome(0))
    webhook_id = await make(store, receiver)
    await record(store, outcome(1), outcome(2))
    await send(store)
    await handling.resend(store, webhook_id, Resend(event_id=outcome(1).id))
    await send(store)
    assert receiver.ids == [outcome(n).id for n in (1, 2, 1)]
    receiver.came.clear()
    await handling.resend(store, webhook_id, Resend(since="0"))
    await send(store)
    assert receiver.ids == [outcome(n).id for n in (0, 1, 2)], "also what was never sent there"
    assert [one.n for one in await attempts(store, webhook_id, outcome(1))] == [1, 2, 3]


async def test_a_test_says_that_it_is_one_and_stands_in_the_log(store: Store, receiver: Receiver) -> None:
    webhook_id = await make(store, receiver)
    queued = await handling.test(store, webhook_id)
    await send(store)
    [came] = receiver.came
    assert (came.id, b"throughline.webhook.tested.v1" in came.body) == (queued.event_id, True)
    receiver.answer = lambda _: "500 No"
    failing = await handling.test(store, webhook_id)
    await send(store)
    states = {one.event_id: one.state for one in await sent(store, webhook_id)}
    assert states == {queued.event_id: "delivered", failing.event_id: "given_up"}


async def test_only_what_its_maker_may_see_is_told(store: Store, receiver: Receiver) -> None:
    mine = said("engagement_opened", people={"facilitator": "p-f", "evaluator": "p-e"})
    theirs = said("engagement_opened", engagement_id="e2", people={"facilitator": "p-f", "evaluator": "p-o"})
    await use_cases.hear(store, [mine, theirs], repository.keep)
    webhook_id = await make(store.asked_by(EVE), receiver)
    await record(store, outcome(1), outcome(1, "e2"))
    await send(store, EVE)
    assert receiver.ids == [outcome(1).id]
    with pytest.raises(Unknown):
        await handling.resend(store.asked_by(EVE), webhook_id, Resend(event_id=outcome(1, "e2").id))


async def test_what_is_foreign_by_the_time_it_would_be_sent_is_withheld(store: Store, receiver: Receiver) -> None:
    opened = said("engagement_opened", people={"facilitator": "p-f", "evaluator": "p-e"})
    await use_cases.hear(store, [opened], repository.keep)
    webhook_id = await make(store.asked_by(EVE), receiver)
    receiver.answer = lambda _: "500 No"
    await record(store, outcome(1))
    await send(store, EVE)
    gone = said("role_vacated", role="evaluator", person_id="p-e", on="2027-01-04")
    await use_cases.hear(store, [gone], repository.keep)
    await send(store, EVE, later=LATER)
    assert (len(receiver.came), [one.state for one in await sent(store, webhook_id)]) == (1, ["withheld"])


async def test_a_webhook_of_somebody_who_may_not_come_in_any_more_is_told_nothing(
    store: Store, receiver: Receiver
) -> None:
    webhook_id = await make(store.asked_by(EVE), receiver)
    await record(store, outcome(1))
    await send(store)
    found = await webhook(store, webhook_id)
    assert (receiver.came, found.state, found.why) == ([], "disabled", NOBODYS)


async def test_somebody_elses_webhook_is_not_there(store: Store, receiver: Receiver) -> None:
    webhook_id = await make(store.asked_by(EVE), receiver)
    for doing in (
        lambda at: handling.rotate(at, webhook_id),
        lambda at: handling.enable(at, webhook_id),
        lambda at: handling.test(at, webhook_id),
        lambda at: handling.remove(at, webhook_id),
        lambda at: handling.resend(at, webhook_id, Resend(since="0")),
    ):
        with pytest.raises(Unknown):
            await doing(store.asked_by(OTHER))
    async with store.asked_by(OTHER).look() as unit:
        assert (await webhooks.page(unit, Asked())).items == []
    assert (await webhook(store.asked_by(EVE), webhook_id)).person_id == "p-e"


async def test_a_database_that_was_restored_tells_nobody_until_somebody_enables_it(
    store: Store, receiver: Receiver
) -> None:
    webhook_id, erased = await make(store, receiver), await make(store.asked_by(EVE), receiver)
    await record(store, outcome(1))
    async with store.work() as unit:
        await handlers.restore(unit.connection, ["p-e"])
    await send(store, EVE)
    assert (receiver.came, (await webhook(store, webhook_id)).state) == ([], "disabled")
    await handling.enable(store, webhook_id)
    await send(store, EVE)
    assert receiver.ids == [outcome(1).id]
    with pytest.raises(Unknown):
        await webhook(store, erased)


async def test_what_was_taken_out_is_told_nothing_and_leaves_nothing(store: Store, receiver: Receiver) -> None:
    webhook_id = await make(store.asked_by(EVE), receiver)
    await handling.test(store, webhook_id)
    await handlers.forget_person(store, "p-e")
    await send(store, EVE)
    assert receiver.came == []
    with pytest.raises(Unknown):
        await webhook(store, webhook_id)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dies_at", "arrived", "in_the_end", "told"),
    [("webhook.after_claim", 0, 1, ["unknown", "delivered"]), ("webhook.after_send", 1, 2, ["unknown", "delivered"])],
)
async def test_whoever_is_killed_between_intent_and_try_loses_nothing_and_doubles_only_under_one_id(
    url: str, store: Store, receiver: Receiver, dies_at: str, arrived: int, in_the_end: int, told: list[str]
) -> None:
    webhook_id = await make(store, receiver)
    await record(store, outcome(1))
    assert await run_messenger(url, NOW, dies_at) == -signal.SIGKILL
    assert len(receiver.came) == arrived
    assert [one.outcome for one in await attempts(store, webhook_id, outcome(1))] == ["begun"]
    await send(store)
    assert len(receiver.came) == arrived, "as long as it is held, nobody else sends it"
    await send(store, later=timedelta(minutes=2))
    assert (len(receiver.came), len(set(receiver.ids))) == (in_the_end, 1)
    assert [one.outcome for one in await attempts(store, webhook_id, outcome(1))] == told
