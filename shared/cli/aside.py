"""`throughline aside`: what could not be handled, and what to do with it."""

import json
from typing import Annotated
from urllib.parse import quote

import typer

from shared.cli.calling import HERE, Api, call, fail

app = typer.Typer(help="Messages that were put aside: list them, look, try again, drop.", no_args_is_help=True)
MOST = 500
"""The most messages of one service that are listed at once."""
State = Annotated[str, typer.Option(help="waiting, retried or dropped.")]


@app.command("list")
def list_(state: State = "waiting", api: Api = HERE) -> None:
    """What was put aside, and why: one line a message."""
    told = call(api, "GET", "/aside", state=state, limit=MOST)
    rows = [(service, one) for service, page in told.items() for one in page["items"]]
    for service, one in rows:
        reasons = "; ".join(f"{p['field']}: {p['reason']}" if p["field"] else p["reason"] for p in one["problems"])
        typer.echo(f"{one['aside_id']}  {service:10}  {one['put_at'][:19]}  {one['subject']}  {reasons}")
    if not rows:
        typer.echo(f"Nothing is {state}.")
    if more := [service for service, page in told.items() if page["next"]]:
        typer.echo(f"There is more in {', '.join(more)}: these are the {MOST} oldest. Retry or drop some of them.")


@app.command()
def show(aside_id: str, api: Api = HERE) -> None:
    """One message, whole, with what is wrong with it."""
    typer.echo(json.dumps(call(api, "GET", f"/aside/{_service_of(aside_id, api)}/{aside_id}"), indent=2))


@app.command()
def retry(aside_id: str, api: Api = HERE) -> None:
    """Handle a message again, now that what was wrong is mended."""
    call(api, "POST", f"/aside/{_service_of(aside_id, api)}/{aside_id}/retry")
    typer.echo(f"{aside_id} handled")


@app.command()
def drop(aside_id: str, api: Api = HERE) -> None:
    """Decide that a message need not be handled; it stays on record."""
    call(api, "POST", f"/aside/{_service_of(aside_id, api)}/{aside_id}/drop")
    typer.echo(f"{aside_id} dropped")


def _service_of(aside_id: str, api: str) -> str:
    for service in call(api, "GET", "/aside", limit=1):
        if call(api, "GET", f"/aside/{service}/{quote(aside_id, safe='')}", or_none=True) is not None:
            return str(service)
    fail(f"There is no message {aside_id}. `throughline aside list` shows those that wait.")
