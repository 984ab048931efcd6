"""`throughline request`: log a TA request, take it back, see what became of it."""

import json
from typing import Annotated

import typer

from shared.cli.calling import HERE, Api, call

app = typer.Typer(help="Log a TA request, take it back, see what became of it.", no_args_is_help=True)


@app.command()
def log(
    source: Annotated[str, typer.Option(help="The tracker that the request comes from.")],
    external_id: Annotated[str, typer.Option("--id", help="The request's id in that tracker.")],
    jurisdiction: Annotated[str, typer.Option(help="Who asks: a USPS code like KY, or tribe-<name>.")],
    topic: Annotated[str, typer.Option(help="What it is about, as a slug.")],
    need: Annotated[str, typer.Option(help="What is needed, in the words of who asks.")],
    logged_on: Annotated[
        str | None, typer.Option("--on", help="The day it was asked (YYYY-MM-DD); today if not said.")
    ] = None,
    api: Api = HERE,
) -> None:
    """Log a request; logging it twice changes nothing."""
    body = {"source": source, "external_id": external_id, "jurisdiction": jurisdiction, "topic": topic, "need": need}
    said = call(api, "POST", "/requests", {**body, **({"logged_on": logged_on} if logged_on else {})})
    typer.echo(f"{said['id']} {'logged' if said['new'] else 'was logged before; nothing changed'}")


@app.command()
def withdraw(request_id: str, reason: Annotated[str, typer.Option(help="Why.")], api: Api = HERE) -> None:
    """Take a request back: the agency does not ask any more."""
    said = call(api, "POST", "/requests/withdraw", {"request_id": request_id, "reason": reason})
    typer.echo(f"{said['id']} {'withdrawn' if said['new'] else 'was withdrawn before'}")


@app.command()
def show(request_id: str, api: Api = HERE) -> None:
    """What is known of a request."""
    typer.echo(json.dumps(call(api, "GET", f"/requests/{request_id}"), indent=2))
