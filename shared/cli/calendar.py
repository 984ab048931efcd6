"""`throughline calendar`: a person's calendar feed is made, listed and revoked."""

import json
from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, call
from shared.cli.simulate import columns

app = typer.Typer(help="Calendar feeds of people: make, list, revoke.", no_args_is_help=True)


@app.command()
def make(
    person: Annotated[str | None, typer.Argument(help="The person's id; else whoever the token belongs to.")] = None,
    api: Api = HERE,
) -> None:
    """Make a feed, and print its secret address: whoever has it reads the calendar, and it is shown this once."""
    told = call(api, "POST", "/calendars", {"person_id": person} if person else {})
    typer.echo(told["url"])
    typer.echo(
        f"Subscribe to it in a calendar. To take it back: throughline calendar revoke {told['feed_id']}", err=True
    )


@app.command("list")
def list_(
    person: Annotated[str | None, typer.Argument(help="Those of this person, by id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    api: Api = HERE,
) -> None:
    """The feeds that were made, without their addresses."""
    items = _all(api, person)
    typer.echo(json.dumps(items, indent=2) if as_json else _lines(items))


@app.command()
def revoke(feed: Annotated[str, typer.Argument(help="The feed's id.")], api: Api = HERE) -> None:
    """Have a feed answer no more."""
    told = call(api, "POST", "/calendars/revoke", {"feed_id": feed})
    typer.echo(f"{told['feed_id']} of {told['person_id']} answers no more.")


def _all(api: str, person: str | None) -> list[Any]:
    items: list[Any] = []
    cursor = None
    while True:
        page = call(api, "GET", "/calendars", person_id=person, cursor=cursor)
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


def _lines(items: list[Any]) -> str:
    if not items:
        return "Nobody has a calendar feed yet."
    told = [(one["feed_id"], one["person_id"], one["made_at"][:10], (one["revoked_at"] or "-")[:10]) for one in items]
    return columns([("feed", "person", "made", "revoked"), *told])
