"""What evaluation knows of an engagement, and what it may be asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.commands import Command
from shared.entities import Entity, gather
from shared.events import evaluation as said
from shared.events import intake
from shared.events.base import Day, Fact, Jurisdiction, Key, Level, Slug, Text
from shared.obligations.reconcile import Row
from shared.playbooks.history import History


class Answer(Entity):
    """What somebody answered in a round."""

    round_id: str
    answer_id: str
    answered_at: datetime
    team_id: str | None = None
    answers: dict[str, Any]


class Outcome(Entity):
    """A change that was seen."""

    engagement_id: str
    outcome_id: str
    level: str
    statement: str
    evidence: str
    seen_on: date
    source: str
    jurisdiction: str | None = None
    team_id: str | None = None
    goal_id: str | None = None


class Goal(Entity):
    """A goal as it was declared, and how it was judged last."""

    engagement_id: str
    goal_id: str
    level: str
    statement: str
    by: date | None = None
    indicator: str | None = None
    verdict: str | None = None
    assessed_on: date | None = None
    revision: int | None = None
    """Of the last verdict."""


@dataclass(frozen=True)
class Known:
    """All that evaluation knows of one engagement."""

    zone: ZoneInfo
    opened: bool
    teams: frozenset[str]
    goals: Mapping[str, Goal]
    outcomes: Mapping[str, Outcome]
    answers: Mapping[str, Answer]
    rounds: Mapping[str, Row]
    closed: Mapping[str, said.EvaluationClosed]
    """Rounds that a person closed."""


def known(history: History, rounds: Mapping[str, Row] | None = None) -> Known:
    """What evaluation knows, as the facts of the engagement stand."""
    facts = sorted(history.effective, key=lambda fact: (fact.time, fact.id))
    zone = "UTC"
    for fact in facts:
        zone = getattr(fact.event, "time_zone", None) or zone
    return Known(
        zone=ZoneInfo(zone),
        opened=any(isinstance(fact.event, intake.EngagementOpened) for fact in facts),
        teams=frozenset(fact.event.team_id for fact in facts if isinstance(fact.event, intake.TeamFormed)),
        goals=_goals(facts),
        outcomes=gather(history, said.OutcomeRecorded, "outcome_id", _outcome),
        answers=gather(history, said.EvaluationAnswered, "answer_id", _answer),
        rounds=rounds or {},
        closed={fact.event.round_id: fact.event for fact in facts if isinstance(fact.event, said.EvaluationClosed)},
    )


def _goals(facts: list[Fact]) -> dict[str, Goal]:
    """The goals that stand now, each with its latest verdict."""
    goals: dict[str, Goal] = {}
    for fact in facts:
        event = fact.event
        if isinstance(event, intake.EngagementOpened | intake.EngagementChanged) and event.goals is not None:
            goals = {goal.goal_id: Goal(engagement_id=event.engagement_id, **goal.model_dump()) for goal in event.goals}
    for fact in facts:
        event = fact.event
        if isinstance(event, said.GoalAssessed) and event.goal_id in goals:
            goals[event.goal_id] = goals[event.goal_id].but(
                verdict=event.verdict, assessed_on=event.on, revision=event.revision
            )
    return goals


def _outcome(known: Outcome | None, fact: Fact) -> Outcome | None:
    event = fact.event
    return Outcome(**event.model_dump()) if isinstance(event, said.OutcomeRecorded) else known


def _answer(known: Answer | None, fact: Fact) -> Answer | None:
    event = fact.event
    if not isinstance(event, said.EvaluationAnswered):
        return known
    return Answer(answered_at=fact.time, **event.model_dump())


class OfRound(Command):
    """A command about one round; its engagement is the first part of the round's id."""

    round_id: Key

    @property
    def line(self) -> str:
        return self.round_id.split("/")[0]


class AnswerRound(OfRound):
    """Answer an open round, for oneself or for a team."""

    answer_id: Slug
    team_id: Slug | None = None
    answers: dict[str, Any]


class CloseRound(OfRound):
    """Close a round before its time."""

    on: Day | None = None


class RecordOutcome(Command):
    """Tell of a change that was seen."""

    engagement_id: Slug
    outcome_id: Slug
    level: Level
    statement: Text
    evidence: Text
    jurisdiction: Jurisdiction | None = None
    team_id: Slug | None = None
    goal_id: Slug | None = None
    seen_on: Day | None = None
    source: said.Source = "report"


class AssessGoal(Command):
    """Hold a goal against what was seen."""

    engagement_id: Slug
    goal_id: Slug
    verdict: said.Verdict
    on: Day | None = None
