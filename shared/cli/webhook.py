"""`throughline webhook`: where evaluators' systems are told of outcomes; made, tested, looked at, mended, taken out."""

from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, all_of, call

app = typer.Typer(help="Webhooks: make, list, log, test, mend, remove.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="Its id, as `list` shows it.")]


@app.command()
def make(
    url: Annotated[str, typer.Argument(help="Where events are to be told, by https://.")],
    label: Annotated[str, typer.Argument(help="What it is for; never a name of a person.")],
    engagement: Annotated[str | None, typer.Option(help="Only what is said of this one.")] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Only this type; again for another.")] = None,
    since: Annotated[str | None, typer.Option(help="A cursor or a time: what was told since then comes first.")] = None,
    api: Api = HERE,
) -> None:
    """Tell events to an address from now on, and print the secret by which they are signed: this once."""
    told: dict[str, Any] = {"url": url, "label": label, "engagement": engagement, "types": type_ or [], "since": since}
    _print(call(api, "POST", "/webhooks", told))


@app.command("list")
def list_(api: Api = HERE) -> None:
    """Your webhooks; administrators see all."""
    for one in call(api, "GET", "/webhooks", limit=500)["items"]:
        took = f"took an event {one['took_at'][:16]}" if one["took_at"] else "took nothing yet"
        typer.echo(f"{one['webhook_id']}  {one['state']:<8}  {one['url']}: {one['label']}; {one['why'] or took}")


@app.command()
def log(
    webhook_id: Id,
    event: Annotated[str | None, typer.Option(help="Each try of this one.")] = None,
    state: Annotated[str | None, typer.Option(help="waiting, delivered, given_up or withheld.")] = None,
    api: Api = HERE,
) -> None:
    """What went to a webhook: when, what it told, about what, and what became of it; or each try of one event."""
    path = f"/webhooks/{webhook_id}/deliveries"
    if event:
        for one in call(api, "GET", f"{path}/{event}")["attempts"]:
            how = f"{one['status'] or '-'} in {one['milliseconds']} ms" if one["milliseconds"] is not None else ""
            typer.echo(f"{one['at'][:19]}  {one['outcome']:<9}  {how}  {one['why']}")
        return
    for one in all_of(api, path, state=state):
        about = one["engagement_id"] or one["request_id"] or "-"
        tries = "1 try" if one["tries"] == 1 else f"{one['tries']} tries"
        next_ = f"again {one['next_at'][:19]}" if one["next_at"] else ""
        told = (
            one["since"][:19],
            one["event_id"],
            one["type"] or "a test",
            about,
            one["state"],
            tries,
            next_,
            one["why"],
        )
        typer.echo("  ".join(word for word in told if word))


@app.command("test")
def try_out(webhook_id: Id, api: Api = HERE) -> None:
    """Send an event that says nothing but that it is a test."""
    queued = call(api, "POST", f"/webhooks/{webhook_id}/test")
    typer.echo(f"On its way: throughline webhook log {webhook_id} --event {queued['event_id']}")


@app.command()
def resend(
    webhook_id: Id,
    event: Annotated[str | None, typer.Option(help="This one.")] = None,
    since: Annotated[str | None, typer.Option(help="All since this cursor or time.")] = None,
    api: Api = HERE,
) -> None:
    """Send one event again, or all since then, each under the same webhook-id as before."""
    told = {name: value for name, value in (("event_id", event), ("since", since)) if value is not None}
    call(api, "POST", f"/webhooks/{webhook_id}/resend", told)
    typer.echo(f"On its way: throughline webhook log {webhook_id}")


@app.command()
def rotate(webhook_id: Id, api: Api = HERE) -> None:
    """Sign with another secret, and print it; for a day the one before signs as well."""
    _print(call(api, "POST", f"/webhooks/{webhook_id}/rotate"))


@app.command()
def enable(webhook_id: Id, api: Api = HERE) -> None:
    """Go on where it was disabled; what it missed comes in order."""
    call(api, "POST", f"/webhooks/{webhook_id}/enable")
    typer.echo(f"{webhook_id} is told again, from where it stopped.")


@app.command()
def disable(webhook_id: Id, api: Api = HERE) -> None:
    """Tell it nothing for now; what is said meanwhile waits."""
    call(api, "POST", f"/webhooks/{webhook_id}/disable")
    typer.echo(f"{webhook_id} is told nothing until: throughline webhook enable {webhook_id}")


@app.command()
def remove(webhook_id: Id, api: Api = HERE) -> None:
    """Tell it nothing more, and keep nothing of it."""
    call(api, "DELETE", f"/webhooks/{webhook_id}")
    typer.echo(f"{webhook_id} is gone.")


def _print(made: dict[str, Any]) -> None:
    typer.echo(made["secret"])
    both = f" Until {made['both_until'][:16]} the one before signs as well." if made["both_until"] else ""
    typer.echo(f"This is the secret of {made['webhook']['webhook_id']}, shown this once: keep it now.{both}", err=True)
