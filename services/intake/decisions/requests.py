"""Requests: logged, withdrawn, answered."""

from collections.abc import Sequence
from datetime import date, datetime

from services.intake.decisions.grounds import dated, found
from services.intake.domain import AnswerRequest, Known, LogRequest, Request, WithdrawRequest
from shared.errors import Conflict, Malformed, Unknown
from shared.events import intake as said
from shared.events.base import NO_ENGAGEMENT, Event, OfEngagement


class IdTaken(Conflict):
    """Id {request_id} belongs to request {external_id} of {source}. Choose another, or leave it out."""


class KnownOtherwise(Conflict):
    """Request {external_id} of {source} has the id {request_id} here. Use that, or leave request_id out."""


class RequestWithdrawn(Conflict):
    """Request {request_id} was withdrawn: there is nothing to answer. Retract the withdrawal if it was a mistake."""


class RequestAnswered(Conflict):
    """Request {request_id} was answered on {answered_on}{by}. Retract that answer first if it was a mistake."""


def log(command: LogRequest, known: Known, now: datetime) -> list[Event]:
    """An agency asked; asking the same again changes nothing."""
    request = known.requests.get(known.name)
    if request and (request.source, request.external_id) != (command.source, command.external_id):
        raise IdTaken("request_id", **request.model_dump(include={"request_id", "source", "external_id"}))
    _not_otherwise(command.request_id, known.name, command.source, command.external_id)
    if command.follows is not None and command.follows not in known.engagements:
        raise Unknown("engagement", command.follows, field="follows")
    return [dated(said.TaRequestLogged, "logged_on", command, known, now, request_id=known.name)]


def withdraw(command: WithdrawRequest, known: Known, now: datetime) -> list[Event]:
    """The agency does not ask any more; even where it was answered, that is worth knowing."""
    request = _logged(command, known)
    return [command.as_event(said.TaRequestWithdrawn, request_id=request.request_id)]


def answer(command: AnswerRequest, known: Known, now: datetime) -> list[Event]:
    """The request met its answer."""
    request = _logged(command, known)
    engagement_id = command.engagement_id
    if engagement_id != NO_ENGAGEMENT and engagement_id not in known.engagements:
        raise Unknown("engagement", engagement_id, field="engagement_id")
    event = dated(said.TaRequestAnswered, "answered_on", command, known, now, request_id=request.request_id)
    if event in known.said:
        return [event]
    _not_withdrawn(request, "request_id")
    if request.answered_on and (request.answered_by or NO_ENGAGEMENT) != engagement_id and not command.revision:
        raise _answered(request, "request_id")
    if event.answered_on < request.logged_on:
        raise Malformed(f"is before the request was logged ({request.logged_on})", "answered_on")
    return [event]


def answers(ids: Sequence[str], because: OfEngagement, on: date, known: Known) -> list[Event]:
    """The requests that an engagement answers have met their answer; those that it answers already stay as they are."""
    engagement_id = because.engagement_id
    settled = known.engagement.answers if known.engagement else ()
    events: dict[str, Event] = {}
    for place, id in enumerate(ids):
        field = f"answers[{place}]"
        request = found(known.requests.get(id), "request", id, None, field)
        if id in settled or request.answered_by == engagement_id:
            continue
        _not_withdrawn(request, field)
        if request.answered_on:
            raise _answered(request, field)
        events[id] = said.TaRequestAnswered(
            engagement_id=engagement_id,
            request_id=id,
            answered_on=max(on, request.logged_on),
            how="engagement",
            revision=because.revision,
        )
    return [events[id] for id in sorted(events)]


def _logged(command: WithdrawRequest | AnswerRequest, known: Known) -> Request:
    """The request that is meant, if it was logged; a tracker that is named speaks of its own requests only."""
    request = known.requests.get(known.name)
    if request is None or (command.source or request.source) != request.source:
        id = command.request_id or f"{command.external_id} of {command.source}"
        raise Unknown("request", id, field="request_id" if command.request_id else "external_id")
    _not_otherwise(command.request_id, request.request_id, request.source, command.external_id or request.external_id)
    return request


def _not_otherwise(told: str | None, request_id: str, source: str, external_id: str) -> None:
    if told is not None and told != request_id:
        raise KnownOtherwise("request_id", request_id=request_id, source=source, external_id=external_id)


def _not_withdrawn(request: Request, field: str) -> None:
    if request.state == "withdrawn":
        raise RequestWithdrawn(field, request_id=request.request_id)


def _answered(request: Request, field: str) -> RequestAnswered:
    by = f" by engagement {request.answered_by}" if request.answered_by else f" ({request.how})"
    return RequestAnswered(field, request_id=request.request_id, answered_on=request.answered_on, by=by)
