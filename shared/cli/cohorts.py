"""`throughline cohorts`: who might learn together, and why; a person decides."""

import json
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, call


def cohorts(
    engagement: Annotated[str, typer.Argument(help="The engagement.")],
    smallest: Annotated[int, typer.Option(help="The fewest agencies in a cohort.")] = 4,
    largest: Annotated[int, typer.Option(help="The most agencies in a cohort.")] = 8,
    number: Annotated[int | None, typer.Option(help="How many cohorts; else by their size.")] = None,
    assign: Annotated[bool, typer.Option("--assign", help="Decide for all that is proposed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """Propose cohorts of the agencies that applied and are in none yet, by stage and size, and say why."""
    path = f"/engagements/{engagement}/cohorts/proposed"
    proposed = call(api, "GET", path, smallest=smallest, largest=largest, number=number)
    typer.echo(json.dumps(proposed, indent=2) if as_json else told(proposed, decided=assign))
    for cohort in proposed if assign else ():
        call(api, "POST", "/cohorts", cohort)
        typer.echo(f"Cohort {cohort['cohort']} is assigned.", err=as_json)


def told(proposed: list[dict[str, Any]], decided: bool = False) -> str:
    """Each cohort with its reason; and how to decide for it, unless somebody does."""
    if not proposed:
        return "Nobody waits for a cohort: no application is without one."
    lines = []
    for cohort in proposed:
        lines.append(f"Cohort {cohort['cohort']}: {', '.join(cohort['jurisdictions'])}")
        lines.append(f"  {cohort['why']}")
        if not decided:
            lines.append(f"  POST /cohorts {json.dumps(cohort)}")
    if not decided:
        lines.append("Nothing is decided yet: --assign decides for all of them, each POST for one.")
    return "\n".join(lines)
