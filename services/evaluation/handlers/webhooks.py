"""What evaluators do with their webhooks: make, test, watch, mend, and take them out again."""

import json
from secrets import token_bytes

from services.evaluation.channels import Hook, NotOpen
from services.evaluation.decisions import signing
from services.evaluation.decisions import webhooks as decisions
from services.evaluation.domain.notices import since
from services.evaluation.domain.webhooks import (
    TEST,
    Attempt,
    Delivery,
    DeliveryState,
    MakeWebhook,
    Resend,
    Webhook,
)
from services.evaluation.handlers.notices import number
from services.evaluation.repository import deliveries, notices, queueing, webhooks
from shared import use_cases
from shared.errors import Conflict, Malformed, Refused
from shared.events.base import NO_ENGAGEMENT
from shared.ids import new_id
from shared.storage.work import Store, Unit

EACH, ALL = 20, 100
"""How many webhooks one caller, and all of them, may have."""
KEY_BYTES = 32
SHOWN = 500
"""How many of the last deliveries a page tells of."""


class TooManyWebhooks(Conflict):
    """There are {count} webhooks {whose} already. Remove one that is not needed."""


class NobodysProgram(Refused):
    """This token has no person behind it, so no event is its own. Make one with `throughline token make ... --person`
    and the id of an evaluator.
    """

    status = 409


class Disabled(Conflict):
    """This webhook is disabled: {why} Enable it first."""


async def make(store: Store, hook: Hook, wanted: MakeWebhook) -> tuple[Webhook, str]:
    """A new webhook, and its secret: shown this once."""
    try:
        await hook.see(wanted.url)
    except NotOpen as error:
        raise Malformed(f"cannot be used: {error.reason}", "url") from None
    await number(store)
    secret = signing.secret_of(token_bytes(KEY_BYTES))
    begin = since(wanted.since) if wanted.since else None

    async def once(unit: Unit) -> Webhook:
        if unit.caller.person_id is None and not (unit.caller.sees_all or unit.caller.is_tracker):
            raise NobodysProgram
        mine, all_ = await webhooks.counted(unit)
        for count, most, whose in ((mine, EACH, "of yours"), (all_, ALL, "here")):
            if count >= most:
                raise TooManyWebhooks(count=count, whose=whose)
        read_to = (await notices.newest(unit)).n if begin is None else await notices.after(unit, begin)
        return await webhooks.make(unit, wanted, secret, read_to)

    made = await use_cases.at_once(store, once)
    store.posted()
    return made, secret


async def rotate(store: Store, webhook_id: str) -> tuple[Webhook, str]:
    """A new secret, shown this once; for a while events are signed with the one before as well."""
    secret = signing.secret_of(token_bytes(KEY_BYTES))

    async def once(unit: Unit) -> Webhook:
        await webhooks.find(unit, webhook_id)
        return await webhooks.rotate(unit, webhook_id, secret)

    return await use_cases.at_once(store, once), secret


async def enable(store: Store, webhook_id: str) -> Webhook:
    """Go on where it was disabled, in the name of whoever made it."""

    async def once(unit: Unit) -> Webhook:
        await webhooks.find(unit, webhook_id)
        return await webhooks.enable(unit, webhook_id)

    enabled = await use_cases.at_once(store, once)
    store.posted()
    return enabled


async def disable(store: Store, webhook_id: str) -> Webhook:
    """Tell it nothing for now; what is said meanwhile waits."""

    async def once(unit: Unit) -> Webhook:
        await webhooks.find(unit, webhook_id)
        await webhooks.disable(unit, webhook_id, decisions.OFF)
        return await webhooks.find(unit, webhook_id)

    return await use_cases.at_once(store, once)


async def shown(
    store: Store, webhook_id: str, state: DeliveryState | None
) -> tuple[Webhook, list[Delivery], dict[str, list[Attempt]]]:
    """A webhook, the last that went there, and what was tried of each."""
    async with store.look() as unit:
        found = await webhooks.find(unit, webhook_id)
        sent = await deliveries.latest(unit, webhook_id, state, SHOWN)
        return found, sent, await deliveries.attempts(unit, webhook_id, [one.event_id for one in sent])


async def remove(store: Store, webhook_id: str) -> Webhook:
    """Tell it nothing more, and keep nothing of it."""

    async def once(unit: Unit) -> Webhook:
        removed = await webhooks.find(unit, webhook_id)
        await webhooks.remove_one(unit, webhook_id)
        return removed

    return await use_cases.at_once(store, once)


async def resend(store: Store, webhook_id: str, wanted: Resend) -> Webhook:
    """Send one event again, or all since a cursor or a time, also what was never sent there."""
    await number(store)
    begin = since(wanted.since) if wanted.since is not None else None

    async def once(unit: Unit) -> Webhook:
        _see_that_it_is_told(found := await webhooks.find(unit, webhook_id))
        if wanted.event_id is not None:
            await queueing.send_again(unit, webhook_id, wanted.event_id)
        if begin is not None:
            await queueing.send_again_since(unit, webhook_id, await notices.after(unit, begin))
        return found

    found = await use_cases.at_once(store, once)
    store.posted()
    return found


async def test(store: Store, webhook_id: str) -> Delivery:
    """Send an event that says nothing but that it is a test; it is tried once."""
    event_id = f"test-{new_id()}"

    async def once(unit: Unit) -> Delivery:
        _see_that_it_is_told(await webhooks.find(unit, webhook_id))
        told = {"specversion": "1.0", "id": event_id, "type": TEST, "source": "/throughline/evaluation"}
        told |= {"subject": NO_ENGAGEMENT, "time": unit.now.isoformat().replace("+00:00", "Z")}
        told |= {"datacontenttype": "application/json", "data": {"webhook_id": webhook_id}}  # type: ignore[dict-item]
        await queueing.queue_test(unit, webhook_id, event_id, json.dumps(told, separators=(",", ":")))
        return (await deliveries.log(unit, webhook_id, event_id)).delivery

    queued = await use_cases.at_once(store, once)
    store.posted()
    return queued


def _see_that_it_is_told(found: Webhook) -> None:
    if found.state == "disabled":
        raise Disabled("webhook_id", why=found.why)
