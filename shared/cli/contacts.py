"""`throughline contacts`: whom somebody reached out to, for what, and when."""

import json
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, call


def contacts(
    jurisdiction: Annotated[str | None, typer.Option(help="Those with its teams: a USPS code.")] = None,
    person: Annotated[str | None, typer.Option(help="Those with this person, by id.")] = None,
    engagement: Annotated[str | None, typer.Option(help="Those in this engagement.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """Every contact with a team or person, in all engagements, earliest first."""
    items: list[Any] = []
    cursor = None
    while True:
        page = call(
            api, "GET", "/contacts", jurisdiction=jurisdiction, person_id=person, engagement=engagement, cursor=cursor
        )
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    if as_json:
        typer.echo(json.dumps(items, indent=2))
        return
    for one in items:
        who = f"{one.get('jurisdiction') or '?':12} {one.get('person_id') or '-':16}"
        typer.echo(f"{one['at'][:16].replace('T', ' ')}  {one['kind']:10} {who} {one['task_id']}")
    if not items:
        typer.echo("Nobody was contacted.")
