"""What followup tells of teams at the buy-in gate: what each lacks, and why its plan is at risk, if it is."""

from datetime import date
from typing import Self

from shared.entities import Entity
from shared.playbooks.risks import Code, Risk, Standing


class Reason(Entity):
    """One thing that a team lacks, and since when."""

    code: Code
    sentence: str
    since: date
    because: str
    """The id of the fact that tells it."""
    role: str | None = None
    """The role that is missing, if one is."""
    puts_at_risk: bool


class AtTheGate(Entity):
    """A team, and why its plan is at risk, if it is."""

    team_id: str
    jurisdiction: str
    plan_id: str | None
    at_risk: bool
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, standing: Standing, risks: tuple[Risk, ...]) -> Self:
        """The team as it stands, with what it lacks."""
        return cls(
            team_id=standing.team.id,
            jurisdiction=standing.team.jurisdiction,
            plan_id=standing.plan.id if standing.plan else None,
            at_risk=any(risk.puts_at_risk for risk in risks),
            reasons=tuple(Reason.model_validate(risk, from_attributes=True) for risk in risks),
        )
