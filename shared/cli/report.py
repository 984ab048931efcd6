"""`throughline report`: what an engagement promised, what was seen of it, and what nobody had promised."""

import json
from typing import Annotated

import typer

from shared.cli.calling import HERE, Api, call


def report(
    engagement: Annotated[str, typer.Argument(help="The engagement.")],
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """What was promised, what was seen of it, what is overdue, and what was seen that nobody had promised."""
    told = call(api, "GET", f"/engagements/{engagement}/report")
    for line in [json.dumps(told, indent=2)] if as_json else told["words"]:
        typer.echo(line)
