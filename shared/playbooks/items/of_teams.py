"""Items about teams: each team, its action plans and their steps."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from shared.playbooks import risks
from shared.playbooks.items.ground import Ground
from shared.playbooks.items.item import Item, Values
from shared.playbooks.moments import Moment, Moments, of_plan, of_step
from shared.playbooks.scopes import NOT_REPORTED
from shared.playbooks.views import Plan, Team


def teams(ground: Ground) -> Iterator[Item]:
    """Each team that takes part."""
    shared = {name: moment for name, moment in ground.engagement_moments.items() if name != "opened"}
    for team in ground.teams.values():
        values = (ground.team_values[team.id], ground.around)
        moments = shared | _moments_of(ground, team)
        yield Item(team.id, ground.zones[team.id], moments, values, team.id)


def _moments_of(ground: Ground, team: Team) -> Moments:
    moments = {"formed": Moment(team.formed_on, team.formed.fact.id)}
    if team.signed_off:
        moments["signed_off"] = Moment(team.signed_off.event.signed_on, team.signed_off.fact.id)
    if plan := ground.current_plans.get(team.id):
        moments |= {f"plan_{name}": moment for name, moment in of_plan(plan).items()}
    return moments | risks.moments(ground.playbook, ground.standings[team.id])


def plans(ground: Ground) -> Iterator[Item]:
    """Each action plan."""
    for plan, zone, values in _standing(ground):
        yield Item(plan.id, zone, of_plan(plan), values, plan.team_id)


def steps(ground: Ground) -> Iterator[Item]:
    """Each step of each plan."""
    for plan, zone, around in _standing(ground):
        for step_id in plan.steps:
            report = plan.report(step_id)
            values: Values = {
                "step.status": report.event.status if report else NOT_REPORTED,
                "step.barrier": report.event.barrier if report else None,
            }
            moments = of_step(plan, step_id)
            yield Item(f"{plan.id}/{step_id}", zone, moments, (values, *around), plan.team_id)


def _standing(ground: Ground) -> Iterator[tuple[Plan, ZoneInfo, tuple[Values, ...]]]:
    """The plans of the teams that take part, with their zone and what can be said of them."""
    for plan in ground.history.plans.values():
        if plan.team_id in ground.teams:
            values = (_values_of_plan(plan), ground.team_values[plan.team_id], ground.around)
            yield plan, ground.zones[plan.team_id], values


def _values_of_plan(plan: Plan) -> Values:
    return {"plan.steps_open": plan.steps_open, "plan.accepted": plan.is_accepted, "plan.rejected": plan.is_rejected}
