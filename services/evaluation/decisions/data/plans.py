"""Action plans and their steps as rows."""

from collections.abc import Iterator
from typing import Any

from services.evaluation.domain.data import PlanRow, Source, StepRow
from shared.playbooks.said import Said
from shared.playbooks.views import Plan


def plans(source: Source) -> Iterator[PlanRow]:
    """Every plan that was handed in."""
    for id, plan in source.history.plans.items():
        team = source.history.teams.get(plan.team_id)
        judged: Said[Any] | None = plan.rejected if plan.is_rejected else plan.accepted
        reports = [plan.report(step) for step in plan.steps]
        yield PlanRow(
            engagement_id=source.history.line,
            plan_id=id,
            team_id=plan.team_id,
            jurisdiction=team.jurisdiction if team else None,
            submitted_on=plan.submitted.event.submitted_on,
            state="rejected" if plan.is_rejected else "accepted" if plan.is_accepted else "submitted",
            judged_on=judged.event.on if judged else None,
            judged_by=judged.event.role if judged else None,
            judged_because=judged.event.reason if judged else None,
            steps=len(plan.steps),
            steps_done=sum(one is not None and one.event.status == "done" for one in reports),
            steps_open=plan.steps_open,
        )


def steps(source: Source) -> Iterator[StepRow]:
    """Every step of every plan."""
    for id, plan in source.history.plans.items():
        for step_id in plan.steps:
            yield _step(source.history.line, id, plan, step_id)


def _step(engagement_id: str, plan_id: str, plan: Plan, step_id: str) -> StepRow:
    step, reports = plan.steps[step_id], [one.event for one in plan.reports.get(step_id, ())]
    last = reports[-1] if reports else None
    met = dict.fromkeys(one.barrier for one in reports if one.barrier)
    return StepRow(
        engagement_id=engagement_id,
        plan_id=plan_id,
        step_id=step_id,
        team_id=plan.team_id,
        text=step.text,
        owner_role=step.owner_role,
        due_on=step.due_on,
        status=last.status if last else "planned",
        barrier=last.barrier if last else None,
        reported_on=last.reported_on if last else None,
        reports=len(reports),
        barriers_met="; ".join(met) or None,
    )
