"""`throughline risks`: which teams of an engagement are at risk, and why."""

import json
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, call


def risks(
    engagement: Annotated[str, typer.Argument(help="The engagement.")],
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """What each team lacks of what its model wants, since when, and what puts its plan at risk."""
    teams = call(api, "GET", f"/engagements/{engagement}/risks")
    typer.echo(json.dumps(teams, indent=2) if as_json else told(teams))


def told(teams: list[dict[str, Any]]) -> str:
    """The teams that lack something, those at risk first."""
    lacking = sorted((team for team in teams if team["reasons"]), key=lambda team: not team["at_risk"])
    lines = [] if any(team["at_risk"] for team in teams) else ["No team is at risk."]
    for team in lacking:
        plan = f" (plan {team['plan_id']})" if team["plan_id"] else ""
        lines.append(f"{team['jurisdiction']}, {team['team_id']}{plan}: {'at risk' if team['at_risk'] else 'lacks'}")
        lines += [
            f"  {'!' if why['puts_at_risk'] else '-'} {why['sentence']} Since {why['since']}."
            for why in team["reasons"]
        ]
    return "\n".join(lines)
