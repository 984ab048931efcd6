"""What evaluation says: how each round came, opened and closed; answers, outcomes, and how goals were judged."""

from typing import ClassVar, Literal

from shared.events.base import Event, FactRetracted, OfEngagement
from shared.events.fields import (
    Answers,
    Change,
    Contact,
    Count,
    Day,
    FactId,
    Ids,
    Instant,
    Jurisdiction,
    Key,
    Level,
    Line,
    Slug,
    Text,
)

Kind = Literal["mid", "end", "later", "semiannual", "improvement_review", "goal"]
Source = Literal["round", "report", "watch"]
Verdict = Literal["reached", "partly", "not_yet", "missed"]


class OfRound(Event):
    """Something about one evaluation round."""

    identity: ClassVar = ("round_id", "n")

    round_id: Key
    n: Change = 0


class PlannedRound(OfRound):
    """The words that a round's plan is made of."""

    rule: Slug
    kind: Kind
    instrument: Slug
    due_at: Instant

    @property
    def from_ledger(self) -> bool:
        return True


class EvaluationScheduled(PlannedRound):
    """A fact obliges us to ask how it went, at a date."""

    type: ClassVar = "eng.evaluation.evaluation_scheduled.v1"

    title: Line | None = None
    to: Slug | None = None
    because: FactId | None = None


class EvaluationMoved(PlannedRound):
    """The reason of a round moved, and the round with it."""

    type: ClassVar = "eng.evaluation.evaluation_moved.v1"

    title: Line | None = None
    to: Slug | None = None
    because: FactId | None = None
    was: Instant | None = None


class EvaluationWithdrawn(PlannedRound):
    """The reason of a round went, and the round with it."""

    type: ClassVar = "eng.evaluation.evaluation_withdrawn.v1"

    reason: Text | None = None


class EvaluationOpened(OfRound):
    """The round is open: whoever is asked can answer."""

    type: ClassVar = "eng.evaluation.evaluation_opened.v1"

    rule: Slug
    kind: Kind
    instrument: Slug
    closes_at: Instant | None = None
    invited: Count | None = None
    sampled: Count | None = None
    contact: Contact | None = None
    """For what it reaches out to teams, if it does."""
    team_id: Slug | None = None
    """The team that it is about; without it, it reaches all of them."""

    @property
    def from_ledger(self) -> bool:
        return True


class EvaluationLapsed(PlannedRound):
    """The round never was held, and now it is too late for it."""

    type: ClassVar = "eng.evaluation.evaluation_lapsed.v1"

    reason: Text | None = None


class EvaluationClosed(OfRound):
    """The round is over: by itself at its time, or on the day `on` by a person's hand."""

    type: ClassVar = "eng.evaluation.evaluation_closed.v1"

    rule: Slug
    kind: Kind
    instrument: Slug
    closes_at: Instant | None = None
    invited: Count | None = None
    answered: Count | None = None
    on: Day | None = None

    @property
    def from_ledger(self) -> bool:
        return self.on is None


class EvaluationAnswered(Event):
    """Somebody who was asked has answered."""

    type: ClassVar = "eng.evaluation.evaluation_answered.v1"
    identity: ClassVar = ("round_id", "answer_id")
    sealed: ClassVar = True

    round_id: Key
    answer_id: Slug
    team_id: Slug | None = None
    answers: Answers


class OutcomeRecorded(OfEngagement):
    """A change was seen."""

    type: ClassVar = "eng.evaluation.outcome_recorded.v1"
    identity: ClassVar = ("outcome_id",)
    happened: ClassVar = "seen_on"

    outcome_id: Slug
    jurisdiction: Jurisdiction | None = None
    team_id: Slug | None = None
    level: Level
    statement: Text
    goal_id: Slug | None = None
    evidence: Text
    seen_on: Day
    source: Source


class OutcomeProposed(OfEngagement):
    """Something that a jurisdiction did after its window may show a change: an evaluator confirms or dismisses it."""

    type: ClassVar = "eng.evaluation.outcome_proposed.v1"
    identity: ClassVar = ("outcome_id",)
    happened: ClassVar = "seen_on"

    outcome_id: Slug
    jurisdiction: Jurisdiction | None = None
    team_id: Slug | None = None
    level: Level
    statement: Text
    because: FactId
    seen_on: Day


class OutcomeDismissed(OfEngagement):
    """Somebody looked at a proposed outcome, and it was none."""

    type: ClassVar = "eng.evaluation.outcome_dismissed.v1"
    identity: ClassVar = ("outcome_id",)
    happened: ClassVar = "on"

    outcome_id: Slug
    reason: Text
    person_id: Slug | None = None
    on: Day


class GoalAssessed(OfEngagement):
    """A goal was held against what was seen: the outcomes on which the verdict rests."""

    type: ClassVar = "eng.evaluation.goal_assessed.v1"
    identity: ClassVar = ("goal_id",)
    happened: ClassVar = "on"

    goal_id: Slug
    verdict: Verdict
    on: Day
    outcomes: Ids | None = None


class EvaluationFactRetracted(FactRetracted):
    """A fact that evaluation said was a mistake: it never was."""

    type: ClassVar = "eng.evaluation.fact_retracted.v1"


EVENTS: tuple[type[Event], ...] = (
    EvaluationScheduled, EvaluationMoved, EvaluationWithdrawn, EvaluationOpened, EvaluationLapsed, EvaluationClosed,
    EvaluationAnswered, OutcomeRecorded, OutcomeProposed, OutcomeDismissed, GoalAssessed, EvaluationFactRetracted,
)  # fmt: skip
