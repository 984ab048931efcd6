"""Approvals and applications by HTTP."""

from typing import Annotated, Literal

from fastapi import Query

from services.intake import domain, handlers, repository
from services.intake.api.here import Here
from services.intake.decisions import approvals as decisions
from services.intake.decisions import waiting
from services.intake.domain import Application, Approval, ApprovalClock, Waiting
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


@router.post("/approvals", status_code=201)
@open_to(STAFF)
async def ask_approval(command: domain.AskApproval, here: Here) -> Said:
    """Tell that a regional office was asked for its consent."""
    return await handlers.obey(here.store, command, decisions.ask)


@router.post("/approvals/answer")
@open_to(STAFF)
async def answer_approval(command: domain.AnswerApproval, here: Here) -> Said:
    """Tell what the regional office answered."""
    return await handlers.obey(here.store, command, decisions.answer)


@router.get("/approvals")
@open_to(STAFF)
async def list_approvals(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    about: str | None = None,
    jurisdiction: str | None = None,
    region: Annotated[int | None, Query(ge=1, le=10)] = None,
    state: Literal["asked", "granted", "declined"] | None = None,
) -> Page[Approval]:
    """Approvals by the day they were asked for."""
    equal = {"about": about, "jurisdiction": jurisdiction, "region": region, "state": state}
    async with here.store.look() as unit:
        return await repository.APPROVALS.page(unit, asked, engagement_id=engagement, **equal)


@router.get("/approvals/clock")
@open_to(STAFF)
async def approval_clock(here: Here, engagement: str | None = None) -> ApprovalClock:
    """How many days regions take to answer, and when open approvals (of one engagement, or all) may be answered."""
    async with here.store.look() as unit:
        if engagement is not None:
            await repository.ENGAGEMENTS.find(unit, engagement)
        told = waiting.clock(await repository.every_approval(unit), unit.now.date())
        theirs = await repository.open_approvals(unit)
    seen = (one for one in told.waiting if (one.engagement_id, one.approval_id) in theirs)
    return told.but(waiting=tuple(one for one in seen if engagement in (None, one.engagement_id)))


@router.get("/approvals/{approval_id}")
@open_to(STAFF)
async def get_approval(approval_id: str, here: Here, engagement: str | None = None) -> Waiting | Approval:
    """One approval; while it is open, with the day on which its answer is expected."""
    async with here.store.look() as unit:
        approval = await repository.APPROVALS.find(unit, approval_id, engagement)
        if approval.state != "asked":
            return approval
        return waiting.forecast(approval, await repository.every_approval(unit), unit.now.date())


@router.post("/applications", status_code=201)
@open_to(STAFF)
async def receive_application(command: domain.ReceiveApplication, here: Here) -> Said:
    """Tell that an agency applied to take part."""
    return await handlers.obey(here.store, command, decisions.receive)


@router.get("/applications")
@open_to(STAFF)
async def list_applications(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    jurisdiction: str | None = None,
    stage: str | None = None,
) -> Page[Application]:
    """Applications by the day they came."""
    equal = {"engagement_id": engagement, "jurisdiction": jurisdiction, "stage": stage}
    async with here.store.look() as unit:
        return await repository.APPLICATIONS.page(unit, asked, **equal)


@router.get("/applications/{application_id}")
@open_to(STAFF)
async def get_application(application_id: str, here: Here, engagement: str | None = None) -> Application:
    """One application."""
    async with here.store.look() as unit:
        return await repository.APPLICATIONS.find(unit, application_id, engagement)
