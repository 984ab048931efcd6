"""Evaluation rounds: what may be answered and closed, and what the ledger's changes are called when they are said."""

from collections.abc import Mapping
from datetime import datetime

from services.evaluation import domain
from services.evaluation.decisions.grounds import today
from services.evaluation.domain import Known
from shared.errors import Conflict, Unknown
from shared.events import evaluation as said
from shared.events.base import Event
from shared.obligations.reconcile import Change, Row


class NotOpen(Conflict):
    """Round {round_id} is not open; it is {state}."""


def answer(command: domain.AnswerRound, known: Known, now: datetime) -> list[Event]:
    """Somebody who was asked has answered; an answer after the round's end is late, and welcome."""
    row = _round(known, command.round_id)
    if row.fired_at is None:
        raise NotOpen("round_id", round_id=command.round_id, state=row.state)
    if command.team_id is not None and command.team_id not in known.teams:
        raise Unknown("team", command.team_id, command.line, "team_id")
    return [command.as_event(said.EvaluationAnswered, engagement_id=command.line)]


def close(command: domain.CloseRound, known: Known, now: datetime) -> list[Event]:
    """A person ended the round."""
    row = _round(known, command.round_id)
    closed = known.closed.get(command.round_id)
    if closed is not None and command.revision == 0 and command.on in (None, closed.on):
        return [closed]
    if closed is None and row.state != "due":
        raise NotOpen("round_id", round_id=command.round_id, state=row.state)
    n, on = (closed or row).n, command.on or today(known, now)
    answered = sum(1 for one in known.answers.values() if one.round_id == command.round_id)
    words = {"n": n, "revision": command.revision, "answered": answered, "on": on}
    words["invited"] = known.invited.get(command.round_id)
    return [said.EvaluationClosed.model_validate({**_named(row), **words})]


SAYS: Mapping[str, type[said.OfRound]] = {
    "schedule": said.EvaluationScheduled,
    "move": said.EvaluationMoved,
    "withdraw": said.EvaluationWithdrawn,
    "fall_due": said.EvaluationOpened,
    "lapse": said.EvaluationLapsed,
    "complete": said.EvaluationClosed,
    "close": said.EvaluationClosed,
}
"""What a change of the ledger is called when it is said."""


def told(change: Change, now: datetime) -> Event:
    """The fact that says what happened to a round."""
    event = SAYS[change.kind]
    words = {**_words(change.row), "was": change.was, "reason": change.reason}
    fields = event.__pydantic_fields__
    return event.model_validate({name: value for name, value in words.items() if name in fields})


def _words(row: Row) -> dict[str, object]:
    return {
        **_named(row),
        "due_at": row.due_at,
        "closes_at": row.closes_at,
        "title": row.title,
        "to": row.to,
        "because": row.because,
        "contact": row.contact_as,
        "team_id": row.team_id,
    }


def _named(row: Row) -> dict[str, object]:
    return {
        "engagement_id": row.engagement,
        "round_id": row.key,
        "n": row.n,
        "rule": row.rule,
        "kind": row.kind,
        "instrument": row.instrument,
    }


def _round(known: Known, round_id: str) -> Row:
    if (row := known.rounds.get(round_id)) is None:
        raise Unknown("round", round_id, field="round_id")
    return row
