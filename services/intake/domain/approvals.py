"""Approvals and applications: what has to be settled with regional offices and agencies before teams can form."""

from datetime import date
from typing import ClassVar, Literal

from services.intake.domain.asked import InOrOutside
from shared.entities import Entity
from shared.events import intake as said
from shared.events.base import Day, Fact, Jurisdiction, Region, Slug
from shared.events.fields import Lines


class Approval(Entity):
    """What a regional office was asked to consent to, and what it answered."""

    engagement_id: str
    approval_id: str
    about: str
    jurisdiction: str | None = None
    region: int | None = None
    asked_on: date
    state: Literal["asked", "granted", "declined"] = "asked"
    answered_on: date | None = None


class Application(Entity):
    """An agency that wants to take part: where it stands, what it needs, what it can offer."""

    engagement_id: str
    application_id: str
    jurisdiction: str
    stage: str
    needs: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    received_on: date
    revision: int = 0


def approval(known: Approval | None, fact: Fact) -> Approval | None:
    """The approval after one more fact."""
    match fact.event, known:
        case said.ApprovalRequested() as event, _:
            return Approval(**event.model_dump())
        case said.ApprovalAnswered() as event, Approval():
            return known.but(state=event.answer, answered_on=event.answered_on)
    return known


def application(known: Application | None, fact: Fact) -> Application | None:
    """The application after one more fact."""
    event = fact.event
    return Application(**event.model_dump()) if isinstance(event, said.ApplicationReceived) else known


class AskApproval(InOrOutside):
    """Ask a regional office for its consent."""

    named: ClassVar = "approval_id"

    approval_id: Slug
    about: said.About
    jurisdiction: Jurisdiction | None = None
    region: Region | None = None
    asked_on: Day | None = None


class AnswerApproval(InOrOutside):
    """Tell what the regional office answered."""

    named: ClassVar = "approval_id"

    approval_id: Slug
    answered_on: Day | None = None
    answer: Literal["granted", "declined"]


class ReceiveApplication(InOrOutside):
    """Tell that an agency applied to take part."""

    named: ClassVar = "application_id"

    application_id: Slug
    jurisdiction: Jurisdiction
    stage: said.Stage
    needs: Lines = ()
    offers: Lines = ()
    received_on: Day | None = None
