"""`throughline handover`: the packet that waits for whoever follows in a role."""

import json
from typing import Annotated

import typer

from shared.cli.calling import HERE, Api, call


def handover(
    engagement: Annotated[str, typer.Argument(help="The engagement.")],
    role: Annotated[str, typer.Argument(help="The role: facilitator, evaluator, supervisor, or one in a team.")],
    team: Annotated[str | None, typer.Option(help="The team, for a role in a team (team_lead is one).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """What a role owes, asked for and was promised, the last notes, and who left when."""
    told = call(api, "GET", f"/engagements/{engagement}/handover", role=role, team_id=team)
    for line in [json.dumps(told, indent=2)] if as_json else told["words"]:
        typer.echo(line)
