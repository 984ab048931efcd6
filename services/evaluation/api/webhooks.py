"""Webhooks by HTTP: evaluators and trackers say where their systems are, and see what arrived there."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from services.evaluation.api.here import Here
from services.evaluation.channels import Hook, way_out
from services.evaluation.domain.webhooks import Delivery, DeliveryState, Log, MakeWebhook, Resend, Webhook
from services.evaluation.handlers import webhooks as handling
from services.evaluation.repository import deliveries, webhooks
from shared.access.opening import SUBSCRIBERS, open_to
from shared.service import Service
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes(prefix="/webhooks")


async def _hook(request: Request) -> Hook:
    service: Service = request.app.state.services["evaluation"]
    return way_out(service.settings)


class Made(BaseModel):
    """A webhook with a new secret."""

    webhook: Webhook
    secret: str
    """Shown this once: by it the receiver knows that events come from here."""
    both_until: datetime | None = None
    """Until when events are signed with the secret before as well."""


@router.post("", status_code=201)
@open_to(SUBSCRIBERS)
async def make_webhook(wanted: MakeWebhook, here: Here, hook: Annotated[Hook, Depends(_hook)]) -> Made:
    """Tell events to an address from now on; only what you may see yourself."""
    webhook, secret = await handling.make(here.store, hook, wanted)
    return Made(webhook=webhook, secret=secret)


@router.get("")
@open_to(SUBSCRIBERS)
async def list_webhooks(here: Here, asked: Which) -> Page[Webhook]:
    """Your webhooks; administrators see all."""
    async with here.store.look() as unit:
        return await webhooks.page(unit, asked)


@router.get("/{webhook_id}")
@open_to(SUBSCRIBERS)
async def get_webhook(webhook_id: str, here: Here) -> Webhook:
    """One webhook, and how it goes."""
    async with here.store.look() as unit:
        return await webhooks.find(unit, webhook_id)


@router.delete("/{webhook_id}")
@open_to(SUBSCRIBERS)
async def remove_webhook(webhook_id: str, here: Here) -> Webhook:
    """Tell it nothing more, and keep nothing of it."""
    return await handling.remove(here.store, webhook_id)


@router.get("/{webhook_id}/deliveries")
@open_to(SUBSCRIBERS)
async def list_deliveries(
    webhook_id: str, here: Here, asked: Which, state: DeliveryState | None = None
) -> Page[Delivery]:
    """What goes to a webhook, in the order in which it was told."""
    async with here.store.look() as unit:
        await webhooks.find(unit, webhook_id)
        return await deliveries.page(unit, asked, webhook_id, state)


@router.get("/{webhook_id}/deliveries/{event_id}")
@open_to(SUBSCRIBERS)
async def get_delivery(webhook_id: str, event_id: str, here: Here) -> Log:
    """One event on its way, with each try: when, how long, and what was answered."""
    async with here.store.look() as unit:
        await webhooks.find(unit, webhook_id)
        return await deliveries.log(unit, webhook_id, event_id)


@router.post("/{webhook_id}/test", status_code=202)
@open_to(SUBSCRIBERS)
async def test_webhook(webhook_id: str, here: Here) -> Delivery:
    """Send an event that says nothing but that it is a test; what became of it is in the log of deliveries."""
    return await handling.test(here.store, webhook_id)


@router.post("/{webhook_id}/resend", status_code=202)
@open_to(SUBSCRIBERS)
async def resend(webhook_id: str, wanted: Resend, here: Here) -> Webhook:
    """Send one event again, or all since a cursor or a time, each under the same webhook-id as before."""
    return await handling.resend(here.store, webhook_id, wanted)


@router.post("/{webhook_id}/rotate")
@open_to(SUBSCRIBERS)
async def rotate_secret(webhook_id: str, here: Here) -> Made:
    """A new secret; for a day events are signed with the one before as well."""
    webhook, secret = await handling.rotate(here.store, webhook_id)
    return Made(webhook=webhook, secret=secret, both_until=webhook.both_until)


@router.post("/{webhook_id}/enable")
@open_to(SUBSCRIBERS)
async def enable_webhook(webhook_id: str, here: Here) -> Webhook:
    """Go on where it was disabled; what it missed comes in order."""
    return await handling.enable(here.store, webhook_id)


@router.post("/{webhook_id}/disable")
@open_to(SUBSCRIBERS)
async def disable_webhook(webhook_id: str, here: Here) -> Webhook:
    """Tell it nothing for now; what is said meanwhile waits until it is enabled."""
    return await handling.disable(here.store, webhook_id)
