"""`throughline peers`: which jurisdiction could help which team, and why; the best pairs first."""

import json
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, call


def peers(
    engagement: Annotated[str, typer.Argument(help="The engagement.")],
    show: Annotated[int, typer.Option(help="How many pairs are shown.", min=1)] = 10,
    suggest: Annotated[int, typer.Option(help="Say of the best so many that they are suggested.", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """Match what teams need with what others offer, those that take no part among them; best pairs first."""
    proposed = call(api, "GET", f"/engagements/{engagement}/peers/proposed", limit=max(show, suggest))
    typer.echo(json.dumps(proposed[:show], indent=2) if as_json else told(proposed[:show]))
    for pair in proposed[:suggest]:
        words = ("engagement_id", "from_team", "to_jurisdiction", "need", "score")
        call(api, "POST", "/peers", {word: pair[word] for word in words})
        typer.echo(f"{pair['to_jurisdiction']} is suggested to {pair['from_team']}: {pair['need']}", err=as_json)


def told(proposed: list[dict[str, Any]]) -> str:
    """The pairs with their scores and reasons."""
    if not proposed:
        return "No pair is left to suggest: nobody offers what a team needs, or all of them were suggested before."
    lines = []
    for pair in proposed:
        beside = "" if pair["takes_part"] else ", which takes no part"
        parts = " + ".join(f"{name} {worth:g}" for name, worth in pair["parts"].items())
        lines.append(f"{pair['score']:5.2f}  {pair['from_team']} <- {pair['to_jurisdiction']}{beside}: {pair['need']}")
        lines += [f"       {parts}", *(f"       {reason}" for reason in pair["reasons"])]
    return "\n".join(lines)
