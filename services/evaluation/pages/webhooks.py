"""Webhooks for people: made, watched, and mended when a program takes nothing any more."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from services.evaluation import handlers
from services.evaluation.channels import way_out
from services.evaluation.decisions.webhooks import WHAT_TO_DO
from services.evaluation.domain.webhooks import Delivery, DeliveryState, MakeWebhook, Resend, Webhook
from services.evaluation.handlers import webhooks as handling
from services.evaluation.repository import webhooks
from shared.access.opening import EVALUATORS, open_to
from shared.errors import Malformed, Refused
from shared.storage.listing import MOST, Asked
from shared.web.desk import Desk, desk
from shared.web.pages import forms
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry
from shared.web.pages.rendering import render
from shared.web.pages.times import zone_of
from shared.web.routes import Routes

router = Routes()
LIST = "/app/webhooks"
ENTRY = Entry("Webhooks", LIST, order=80, icon="notifications", roles=EVALUATORS)
Here = Annotated[Desk, Depends(desk("evaluation"))]
Written = Annotated[str, Form()]
TOLD = {
    "eng.evaluation.outcome_recorded.v1": "An outcome was recorded",
    "eng.evaluation.goal_assessed.v1": "A goal was judged",
    "eng.evaluation.fact_retracted.v1": "Something was taken back",
}
STATES: Mapping[DeliveryState, tuple[str, str]] = {
    "waiting": ("Waiting", "soon"),
    "delivered": ("Taken", "good"),
    "given_up": ("Given up", "late"),
    "withheld": ("Withheld", "quiet"),
}
"""What became of an event, in words, and in which tone."""


@listed(router, "/webhooks", "webhooks.html", name="webhooks")
@open_to(EVALUATORS)
async def all_webhooks(request: Request, here: Here) -> Listed:
    """One's own webhooks; all of them for administrators."""
    async with here.store.look() as unit:
        rows = (await webhooks.page(unit, Asked(limit=MOST))).items
    return Listed(rows, Webhook, people=[one.person_id for one in rows])


@router.get("/webhooks/new")
@open_to(EVALUATORS)
async def ask_where(request: Request, here: Here) -> Response:
    """The form on which a webhook is made."""
    return await _form(request, here, {})


@router.post("/webhooks/make")
@open_to(EVALUATORS)
async def make(
    request: Request,
    here: Here,
    url: Written = "",
    label: Written = "",
    engagement: Written = "",
    types: Annotated[list[str] | None, Form()] = None,
    since: Written = "",
) -> Response:
    """A new webhook. Its secret is in this answer and nowhere else."""
    typed = {"url": url.strip(), "label": label.strip(), "engagement": engagement, "types": types or [], "since": since}
    try:
        told = {**typed, "engagement": engagement or None, "since": await _first_moment(request, since) or None}
        wanted = forms.made(MakeWebhook, **told)
        found, secret = await handling.make(here.store, way_out(_settings(request)), wanted)
    except Refused as refused:
        return await _form(request, here, typed, forms.wrong(refused), refused.status)
    return await _secret(request, found, secret)


@listed(router, "/webhooks/{webhook_id}", "webhook.html", name="deliveries")
@open_to(EVALUATORS)
async def one_webhook(
    request: Request, here: Here, webhook_id: str, state: DeliveryState | None = None, page: int = 1
) -> Listed:
    """One webhook: how it goes, what can be done with it, and the last that went there."""
    found, rows, tried = await handling.shown(here.store, webhook_id, state)
    beside = {"webhook": found, "tried": tried, "state": state or "", "states": STATES, "told": TOLD}
    beside |= {"to_do": WHAT_TO_DO.get(found.why, ""), "titles": await _titles(here)}
    return Listed(rows, Delivery, beside, number=page, people=[found.person_id])


@router.post("/webhooks/{webhook_id}/test")
@open_to(EVALUATORS)
async def test(request: Request, here: Here, webhook_id: str) -> Response:
    """Send something that only says that it is a test."""
    await handling.test(here.store, webhook_id)
    return _well(request, webhook_id, "A test is on its way. Its line below tells in a moment what became of it.")


@router.post("/webhooks/{webhook_id}/again")
@open_to(EVALUATORS)
async def send_again(request: Request, here: Here, webhook_id: str, event_id: Written) -> Response:
    """Send one event again."""
    await handling.resend(here.store, webhook_id, forms.made(Resend, event_id=event_id))
    return _well(request, webhook_id, "It is on its way again.")


@router.post("/webhooks/{webhook_id}/again-since")
@open_to(EVALUATORS)
async def send_again_since(request: Request, here: Here, webhook_id: str, since: Written = "") -> Response:
    """Send all again that was recorded since a day."""
    begin = await _first_moment(request, since)
    if not begin:
        raise Malformed("is missing: choose the day from which on all is to be sent again", "since")
    await handling.resend(here.store, webhook_id, forms.made(Resend, since=begin))
    return _well(request, webhook_id, "All that was recorded since that day is on its way again.")


@router.post("/webhooks/{webhook_id}/on")
@open_to(EVALUATORS)
async def turn_on(request: Request, here: Here, webhook_id: str) -> Response:
    """Tell it again, from where it stopped."""
    await handling.enable(here.store, webhook_id)
    return _well(request, webhook_id, "It is on. What it missed comes in order.")


@router.post("/webhooks/{webhook_id}/off")
@open_to(EVALUATORS)
async def turn_off(request: Request, here: Here, webhook_id: str) -> Response:
    """Tell it nothing for now."""
    await handling.disable(here.store, webhook_id)
    return _well(request, webhook_id, "It is off. What is recorded meanwhile waits for it.")


@router.post("/webhooks/{webhook_id}/rotate")
@open_to(EVALUATORS)
async def rotate(request: Request, here: Here, webhook_id: str) -> Response:
    """Another secret. It is in this answer and nowhere else."""
    found, secret = await handling.rotate(here.store, webhook_id)
    return await _secret(request, found, secret)


@router.post("/webhooks/{webhook_id}/remove")
@open_to(EVALUATORS)
async def remove(request: Request, here: Here, webhook_id: str) -> Response:
    """Tell it nothing more, and keep nothing of it."""
    removed = await handling.remove(here.store, webhook_id)
    return went_well(request, f"{removed.label} is removed: nothing is sent there any more.", LIST, to=LIST)


def _well(request: Request, webhook_id: str, sentence: str) -> Response:
    page = f"{LIST}/{webhook_id}"
    return went_well(request, sentence, page, to=page)


async def _form(
    request: Request, here: Desk, typed: Mapping[str, Any], wrong: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    beside = {"typed": typed, "problems": wrong or {}, "told": TOLD, "titles": await _titles(here)}
    return await render(request, "webhook_new.html", status, **beside)


async def _secret(request: Request, found: Webhook, secret: str) -> Response:
    answer = await render(request, "webhook_secret.html", webhook=found, secret=secret)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _titles(here: Desk) -> dict[str, str]:
    """The engagements of whoever asks, by their ids."""
    return {one.engagement_id: one.title for one in await handlers.engagements(here.store, here.caller)}


async def _first_moment(request: Request, day: str) -> str:
    """When a day begins for the reader; empty where none is told."""
    try:
        first = date.fromisoformat(day) if day else None
    except ValueError:
        raise Malformed("must be a day, like 2027-01-04", "since") from None
    return datetime.combine(first, time.min, tzinfo=await zone_of(request)).isoformat() if first else ""


def _settings(request: Request) -> Any:
    return request.app.state.services["evaluation"].settings
