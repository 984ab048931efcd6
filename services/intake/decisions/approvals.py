"""Approvals asked for and answered; applications received."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from services.intake.decisions.grounds import dated, found, in_or_outside
from services.intake.domain import AnswerApproval, Approval, AskApproval, Known, ReceiveApplication
from shared.errors import Malformed
from shared.events import intake as said
from shared.events.base import NO_ENGAGEMENT, Event


def ask(command: AskApproval, known: Known, now: datetime) -> list[Event]:
    """A regional office was asked for its consent: the one that is named, else that of the jurisdiction's region."""
    in_or_outside(known, command.engagement_id)
    place = known.places.get(command.jurisdiction or "")
    region = command.region or (place.region if place else None)
    return [dated(said.ApprovalRequested, "asked_on", command, known, now, region=region)]


def answer(command: AnswerApproval, known: Known, now: datetime) -> list[Event]:
    """The regional office answered."""
    in_or_outside(known, command.engagement_id)
    where = command.engagement_id if command.engagement_id != NO_ENGAGEMENT else None
    id = command.approval_id
    approval = found(known.approvals.get(id), "approval", id, where, "approval_id")
    event = dated(said.ApprovalAnswered, "answered_on", command, known, now)
    if event.answered_on < approval.asked_on:
        raise Malformed(f"is before the approval was asked for ({approval.asked_on})", "answered_on")
    return [event]


def next_id(about: str, jurisdiction: str | None, region: int | None, approvals: Mapping[str, Approval]) -> str:
    """The id of a new approval: invite-ky, invite-region-4, or the next like it where one was asked for before."""
    of = jurisdiction.lower() if jurisdiction else f"region-{region}" if region else ""
    plain = f"{about}-{of}" if of else about
    return next(id for n in count(1) if (id := plain if n == 1 else f"{plain}-{n}") not in approvals)


def receive(command: ReceiveApplication, known: Known, now: datetime) -> list[Event]:
    """An agency applied to take part."""
    in_or_outside(known, command.engagement_id)
    return [dated(said.ApplicationReceived, "received_on", command, known, now)]
