"""What evaluation answers to a command, and what its ledger's changes are called when they are said."""

from datetime import date, datetime

from services.evaluation import domain
from services.evaluation.domain import Known
from shared.errors import Conflict, Malformed, Unknown
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
    if row.state not in ("due", "done"):
        raise NotOpen("round_id", round_id=command.round_id, state=row.state)
    closed = said.EvaluationClosed(
        engagement_id=command.line,
        round_id=command.round_id,
        n=row.n,
        rule=row.rule,
        kind=row.kind,
        instrument=row.instrument,
        answered=sum(1 for one in known.answers.values() if one.round_id == command.round_id),
        on=command.on or _today(known, now),
    )
    return [closed]


def record_outcome(command: domain.RecordOutcome, known: Known, now: datetime) -> list[Event]:
    """A change was seen."""
    _opened(known, command.engagement_id)
    if command.goal_id is not None and command.goal_id not in known.goals:
        raise Unknown("goal", command.goal_id, command.engagement_id, "goal_id")
    if command.team_id is not None and command.team_id not in known.teams:
        raise Unknown("team", command.team_id, command.engagement_id, "team_id")
    seen_on = command.seen_on or _seen_before(known, command.outcome_id) or _today(known, now)
    if seen_on > _today(known, now):
        raise Malformed("is in the future; tell of a change once it was seen", "seen_on")
    return [command.as_event(said.OutcomeRecorded, seen_on=seen_on)]


def assess_goal(command: domain.AssessGoal, known: Known, now: datetime) -> list[Event]:
    """A goal was held against what was seen."""
    _opened(known, command.engagement_id)
    if (goal := known.goals.get(command.goal_id)) is None:
        raise Unknown("goal", command.goal_id, command.engagement_id, "goal_id")
    on = command.on or _today(known, now)
    before = -1 if goal.revision is None else goal.revision
    repeated = (goal.verdict, goal.assessed_on) == (command.verdict, on)
    revision = command.revision or max(before + (not repeated), 0)
    return [command.as_event(said.GoalAssessed, on=on, revision=revision)]


def told(change: Change, now: datetime) -> Event:
    """The fact that says what happened to a round."""
    row = change.row
    of_round = {
        "engagement_id": row.engagement,
        "round_id": row.key,
        "n": row.n,
        "rule": row.rule,
        "kind": row.kind,
        "instrument": row.instrument,
    }
    whole = {**of_round, "due_at": row.due_at, "title": row.title, "to": row.to, "because": row.because}
    match change.kind:
        case "schedule":
            return said.EvaluationScheduled(**whole)
        case "move":
            return said.EvaluationMoved(**whole, was=change.was)
        case "withdraw":
            return said.EvaluationWithdrawn(**of_round, due_at=row.due_at, reason=change.reason)
        case "fall_due":
            return said.EvaluationOpened(**of_round, closes_at=row.closes_at)
        case "lapse":
            return said.EvaluationLapsed(**of_round, due_at=row.due_at, reason=change.reason)
        case "complete" | "close":
            return said.EvaluationClosed(**of_round, closes_at=row.closes_at)
    raise AssertionError(f"nothing is said of {change.kind}")


def _round(known: Known, round_id: str) -> Row:
    if (row := known.rounds.get(round_id)) is None:
        raise Unknown("round", round_id, field="round_id")
    return row


def _opened(known: Known, engagement_id: str) -> None:
    if not known.opened:
        raise Unknown("engagement", engagement_id, field="engagement_id")


def _seen_before(known: Known, outcome_id: str) -> date | None:
    outcome = known.outcomes.get(outcome_id)
    return outcome.seen_on if outcome else None


def _today(known: Known, now: datetime) -> date:
    return now.astimezone(known.zone).date()
