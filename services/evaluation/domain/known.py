"""What evaluation knows of an engagement, and what it may be asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.evaluation.domain.watching import Proposal, Sign, Watched, proposal, signs, watched
from shared.commands import Command
from shared.entities import Entity, gather
from shared.events import evaluation as said
from shared.events.base import Day, Fact, Jurisdiction, Key, Level, Slug, Text, line_of
from shared.events.fields import Ids
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.said import Said
from shared.playbooks.views import DeclaredGoal


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
    outcomes: tuple[str, ...] = ()
    """Those on which the last verdict rests."""
    revision: int | None = None
    """Of the last verdict."""

    @property
    def is_judged(self) -> bool:
        """Whether it has the verdict that it was to have; `not_yet`, said before its date, is none."""
        too_early = self.by is None or self.assessed_on is None or self.assessed_on < self.by
        return self.verdict is not None and not (self.verdict == "not_yet" and too_early)

    def is_borne_out_by(self, outcome: Outcome) -> bool:
        """Whether this was seen of it: an outcome that names the goal, or stands at its level."""
        return outcome.goal_id == self.goal_id or outcome.level == self.level


Stands = Literal["seen", "not_yet_due", "overdue", "judged"]
"""How a promise stands; `judged` is one of which nothing was recorded, and that somebody judged all the same."""


class Promised(Entity):
    """A goal in the report of its engagement."""

    goal_id: str
    level: str
    statement: str
    by: date | None = None
    indicator: str | None = None
    stands: Stands
    verdict: str | None = None
    assessed_on: date | None = None
    rests_on: tuple[str, ...] = ()
    """The outcomes that the verdict cites."""
    seen: list[Outcome] = []
    words: str
    """How it stands, in a sentence."""


class Report(Entity):
    """What an engagement promised, and what was seen."""

    engagement_id: str
    on: date
    promised: list[Promised]
    never_promised: list[Outcome]
    """Changes that were seen, and that stand under no goal."""
    words: list[str]
    """All of it, in sentences."""


@dataclass(frozen=True)
class Known:
    """All that evaluation knows of one engagement."""

    zone: ZoneInfo
    opened: bool
    teams: frozenset[str]
    goals: Mapping[str, Goal]
    outcomes: Mapping[str, Outcome]
    answers: Mapping[tuple[str, str], Answer]
    """By round, and by their id in it: a team may answer two rounds under one name."""
    rounds: Mapping[str, Row]
    closed: Mapping[str, said.EvaluationClosed]
    """Rounds that a person closed."""
    proposals: Mapping[str, Proposal]
    dismissed: Mapping[str, said.OutcomeDismissed]
    watched: Mapping[tuple[str | int, ...], Watched]
    signs: Mapping[tuple[str | int, ...], Sign]
    invited: Mapping[str, int]
    """How many are asked in each round in which anybody was invited."""

    @property
    def seen(self) -> list[Outcome]:
        """All that was seen, earliest first."""
        return sorted(self.outcomes.values(), key=lambda outcome: (outcome.seen_on, outcome.outcome_id))

    def seen_of(self, goal: Goal) -> list[Outcome]:
        """What was seen of a goal: what its verdict cites, what names it, what is at its level and names no other."""
        return [
            outcome
            for outcome in self.seen
            if outcome.outcome_id in goal.outcomes
            or outcome.goal_id == goal.goal_id
            or (outcome.level == goal.level and outcome.goal_id not in self.goals)
        ]


def known(history: History, rounds: Mapping[str, Row] | None = None, invited: Mapping[str, int] | None = None) -> Known:
    """What evaluation knows, as the facts of the engagement stand."""
    engagement = history.engagement
    facts = [fact.event for fact in history.effective]
    return Known(
        zone=ZoneInfo(engagement.time_zone if engagement else "UTC"),
        opened=engagement is not None,
        teams=frozenset(history.teams),
        goals={id: _goal(history.line, declared) for id, declared in history.goals.items()},
        outcomes=gather(history, said.OutcomeRecorded, "outcome_id", _outcome),
        answers={(a.event.round_id, a.event.answer_id): _answer(a) for a in history.said.of(said.EvaluationAnswered)},
        rounds=rounds or {},
        closed={event.round_id: event for event in facts if isinstance(event, said.EvaluationClosed)},
        proposals=gather(history, said.OutcomeProposed, "outcome_id", proposal),
        dismissed={event.outcome_id: event for event in facts if isinstance(event, said.OutcomeDismissed)},
        watched=watched(history),
        signs=signs(history),
        invited=invited or {},
    )


def _goal(engagement_id: str, declared: DeclaredGoal) -> Goal:
    """A goal that stands, with its latest verdict."""
    goal = Goal(engagement_id=engagement_id, **declared.goal.model_dump())
    if declared.assessed is None:
        return goal
    event = declared.assessed.event
    rests_on = event.outcomes or ()
    return goal.but(verdict=event.verdict, assessed_on=event.on, outcomes=rests_on, revision=event.revision)


def _outcome(known: Outcome | None, fact: Fact) -> Outcome | None:
    event = fact.event
    return Outcome(**event.model_dump()) if isinstance(event, said.OutcomeRecorded) else known


def _answer(answered: Said[said.EvaluationAnswered]) -> Answer:
    return Answer(answered_at=answered.fact.time, **answered.event.model_dump())


class OfRound(Command):
    """A command about one round; its engagement is the first part of the round's id."""

    round_id: Key

    @property
    def line(self) -> str:
        return line_of(self.round_id)


class AnswerRound(OfRound):
    """Answer an open round, for oneself or for a team."""

    answer_id: Slug
    team_id: Slug | None = None
    answers: dict[str, Any]


class CloseRound(OfRound):
    """Close a round before its time."""

    on: Day | None = None


class ReplaceAsked(OfRound):
    """Ask somebody else of the same jurisdiction, instead of one of a sample who cannot be reached or declines."""

    person_id: Slug
    reason: Text


class AskForLinks(OfRound):
    """Have links made to the form of an open round."""


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
    """Hold a goal against what was seen, and name the outcomes on which the verdict rests."""

    engagement_id: Slug
    goal_id: Slug
    verdict: said.Verdict
    on: Day | None = None
    outcomes: Ids = ()


class ConfirmOutcome(Command):
    """Tell that a proposed outcome is one, and what shows it; what else is not said is as it was proposed."""

    engagement_id: Slug
    outcome_id: Slug
    evidence: Text
    level: Level | None = None
    statement: Text | None = None
    goal_id: Slug | None = None


class DismissOutcome(Command):
    """Tell that a proposed outcome is none."""

    engagement_id: Slug
    outcome_id: Slug
    reason: Text
    person_id: Slug | None = None
    on: Day | None = None
