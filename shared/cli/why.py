"""`throughline why`: the rule, the fact and the dates behind a task or an evaluation round."""

import json
from typing import Annotated

import typer

from shared.cli.calling import HERE, Api, call, fail


def why(
    task: Annotated[str, typer.Argument(help="The task: engagement/rule/item/occurrence.")],
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """Why a task or an evaluation round is there: which rule, which fact, which dates."""
    told = call(api, "GET", f"/tasks/{task}/why", or_none=True) or call(api, "GET", f"/rounds/{task}/why", or_none=True)
    if told is None:
        fail(f"There is no task or round {task}. `/tasks` and `/rounds` list those there are.")
    if as_json:
        typer.echo(json.dumps(told, indent=2))
        return
    for name, value in told["words"].items():
        typer.echo(f"{name:12} {value}")
