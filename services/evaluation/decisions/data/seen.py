"""Goals, verdicts and outcomes as rows."""

from collections.abc import Iterator
from typing import Any

from services.evaluation.domain import known
from services.evaluation.domain.data import AssessmentRow, GoalRow, OutcomeRow, Source
from shared.events.evaluation import GoalAssessed


def goals(source: Source) -> Iterator[GoalRow]:
    """The goals that stand."""
    for id, declared in source.history.goals.items():
        goal, judged = declared.goal, declared.assessed.event if declared.assessed else None
        yield GoalRow(
            engagement_id=source.history.line,
            goal_id=id,
            level=goal.level,
            statement=goal.statement,
            by=goal.by,
            indicator=goal.indicator,
            declared_on=declared.declared_on,
            verdict=judged.verdict if judged else None,
            assessed_on=judged.on if judged else None,
        )


def assessments(source: Source) -> Iterator[AssessmentRow]:
    """Every verdict that was not taken back, those that were followed by another among them."""
    history = source.history
    last = {one.fact.id for one in history.said.of(GoalAssessed)}
    for fact in history.facts.values():
        event = fact.event
        if isinstance(event, GoalAssessed) and fact.id not in history.retracted:
            yield AssessmentRow(
                engagement_id=event.engagement_id,
                goal_id=event.goal_id,
                revision=event.revision,
                verdict=event.verdict,
                on=event.on,
                outcomes="; ".join(event.outcomes or ()) or None,
                is_last=fact.id in last,
            )


def outcomes(source: Source) -> Iterator[OutcomeRow]:
    """What was recorded, and what was proposed and is not."""
    found = known(source.history)
    told: dict[str, dict[str, Any]] = {
        id: {**one.model_dump(), "state": one.state, "dismissed_because": one.reason, "source": "watch"}
        for id, one in found.proposals.items()
        if one.state != "confirmed"
    }
    told |= {id: {**one.model_dump(), "state": "recorded"} for id, one in found.outcomes.items()}
    for words in told.values():
        yield OutcomeRow.model_validate({name: words.get(name) for name in OutcomeRow.model_fields})
