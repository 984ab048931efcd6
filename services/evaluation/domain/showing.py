"""What the pages of evaluation show: rounds as lines of a list, and promises beside what was seen of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from services.evaluation.domain.asking import is_judged
from services.evaluation.domain.known import Goal, Known, Outcome, Promised, Report
from services.evaluation.domain.resting import Rests
from services.evaluation.domain.watching import Proposal
from shared.obligations.reconcile import Row
from shared.playbooks.heading import Heading
from shared.playbooks.obligation import Obligation

RoundState = Literal["expected", "planned", "open", "closed", "lapsed", "withdrawn", "skipped"]
AHEAD: tuple[RoundState, ...] = ("open", "planned", "expected")
CALLED: Mapping[str, RoundState] = {"scheduled": "planned", "due": "open", "done": "closed"}
"""What people call a state of the ledger; the others have one name only."""
FROM_THE_LOG = "what the log says of that day"
"""The evidence of an outcome that was confirmed when nobody had to say what shows it: it cites a fact by its id."""


class RoundLine(BaseModel):
    """One evaluation round, as a list shows it."""

    round_id: str
    engagement_id: str
    engagement_title: str
    kind: str
    title: str
    instrument: str | None
    team_id: str | None
    state: RoundState
    opens_at: datetime
    """When it opens, or opened; of one that is only expected, as the schedule tells now."""
    closes_at: datetime | None
    answers: int
    asked: int | None = None
    """How many are invited; nothing where nobody was yet."""
    waits_for: str | None = None
    """The approval without which it does not open, if it lacks one."""
    supposed: bool = False
    """Whether its day stands on sessions, or an end, to which nobody has given a day yet."""
    zone: str
    judges: str | None = None
    """The goal that whoever is asked judges, at its own place."""
    judged: bool = False
    """Whether that goal has its verdict, and the round is over with it."""

    @classmethod
    def of(cls, one: Row | Obligation, about: Heading, answers: int, **counted: Any) -> "RoundLine":
        """A round, recorded or only expected, with what is counted of it."""
        told: dict[str, Any] = {"engagement_id": about.engagement_id, "engagement_title": about.title}
        told |= {name: getattr(one, name) for name in ("kind", "title", "instrument", "team_id", "closes_at", "zone")}
        told["judges"] = one.item if is_judged(one) else None
        if isinstance(one, Row):
            told |= {"state": CALLED.get(one.state, one.state), "opens_at": one.fired_at or one.due_at}
        else:
            told |= {"state": "expected", "opens_at": one.falls_due_at, "waits_for": one.held_back}
        return cls(round_id=one.key, answers=answers, **counted, **told)

    @property
    def is_counted(self) -> bool:
        """Whether it tells something of how many were invited; who answers without a form was not."""
        return bool(self.asked) and self.answers <= (self.asked or 0)


class Finding(BaseModel):
    """A promise beside one change that was seen of it; of either there may be none."""

    stands: Literal["seen", "not_yet_due", "overdue", "judged", "never_promised"]
    goal_id: str | None = None
    goal_level: str | None = None
    promised: str | None = None
    by: date | None = None
    indicator: str | None = None
    verdict: str | None = None
    assessed_on: date | None = None
    outcome_id: str | None = None
    outcome_level: str | None = None
    seen: str | None = None
    evidence: str | None = None
    seen_on: date | None = None
    jurisdiction: str | None = None
    team_id: str | None = None
    source: str | None = None
    verdict_rests_on_it: bool | None = None


@dataclass(frozen=True)
class Overview:
    """All that the pages show of one engagement."""

    about: Heading
    known: Known
    report: Report
    rounds: tuple[RoundLine, ...]
    places: Mapping[str, str]
    """The jurisdiction of each team, also of those that left."""
    rests: Mapping[str, Rests] = field(default_factory=dict)
    """On what each proposal rests that nobody has confirmed, where that is known."""

    @property
    def findings(self) -> list[Finding]:
        """Each promise with each change that was seen of it, then what nobody had promised."""
        beyond = (Finding(stands="never_promised", **_seen(outcome)) for outcome in self.report.never_promised)
        return [*(finding for goal in self.report.promised for finding in _held(goal)), *beyond]

    @property
    def to_look_at(self) -> list[Proposal]:
        """What may be an outcome, and nobody has looked at."""
        return self._proposals("proposed")

    @property
    def dismissed(self) -> list[Proposal]:
        """What somebody looked at, and it was none."""
        return self._proposals("dismissed")

    def seen_of(self, goal: Goal) -> list[Outcome]:
        """On what a verdict of a goal may rest."""
        return [one for one in self.known.seen_of(goal) if goal.is_borne_out_by(one)]

    def place_of(self, one: Outcome | Proposal) -> str | None:
        """Where it was seen."""
        return one.jurisdiction or (self.places.get(one.team_id, one.team_id) if one.team_id else None)

    def statement_of(self, proposed: Proposal) -> str:
        """What a proposal says, in words that its reader knows."""
        rests = self.rests.get(proposed.outcome_id)
        return rests.statement(proposed) if rests else proposed.statement

    def promised_at(self, level: str) -> str | None:
        """The one goal at a level; none where there are several, or none."""
        found = [goal.goal_id for goal in self.known.goals.values() if goal.level == level]
        return found[0] if len(found) == 1 else None

    def evidence_of(self, outcome: Outcome) -> str:
        """What shows an outcome, in words."""
        return evidence_of(outcome)

    def _proposals(self, state: str) -> list[Proposal]:
        found = (one for one in self.known.proposals.values() if one.state == state)
        return sorted(found, key=lambda one: (one.seen_on, one.outcome_id))


def evidence_of(outcome: Outcome) -> str:
    """What shows an outcome, in words."""
    cites_a_fact = outcome.source == "watch" and outcome.evidence.startswith("fact ")
    return FROM_THE_LOG if cites_a_fact else outcome.evidence


def in_turn(rounds: list[RoundLine]) -> list[RoundLine]:
    """What is open first, then what lies ahead, then what is over; each by its day."""
    places = {"open": 0, "planned": 1, "expected": 1}
    return sorted(rounds, key=lambda one: (places.get(one.state, 2), one.opens_at, one.round_id))


def _held(goal: Promised) -> list[Finding]:
    told: dict[str, Any] = {
        "stands": goal.stands,
        "goal_id": goal.goal_id,
        "goal_level": goal.level,
        "promised": goal.statement,
        "by": goal.by,
        "indicator": goal.indicator,
        "verdict": goal.verdict,
        "assessed_on": goal.assessed_on,
    }
    found = [
        Finding(**told, **_seen(one), verdict_rests_on_it=one.outcome_id in goal.rests_on if goal.verdict else None)
        for one in goal.seen
    ]
    return found or [Finding(**told)]


def _seen(outcome: Outcome) -> dict[str, Any]:
    told = outcome.model_dump(include={"outcome_id", "evidence", "seen_on", "jurisdiction", "team_id", "source"})
    return {**told, "outcome_level": outcome.level, "seen": outcome.statement}
