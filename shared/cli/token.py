"""`throughline token`: what programs show at the door; made, listed, revoked."""

from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, all_of, call

app = typer.Typer(help="Tokens, by which programs come in: make, list, revoke.", no_args_is_help=True)


@app.command()
def make(
    label: Annotated[str, typer.Argument(help="What it is for; never a name of a person.")],
    role: Annotated[
        list[str], typer.Option(help="tracker, facilitator, evaluator, supervisor or administrator; again for another.")
    ],
    source: Annotated[str | None, typer.Option(help="Of a tracker: the source whose requests it logs.")] = None,
    person: Annotated[str | None, typer.Option(help="Whose seats it has, of a facilitator or evaluator.")] = None,
    jurisdiction: Annotated[list[str] | None, typer.Option(help="Whose requests it sees, or * for all.")] = None,
    reads_only: Annotated[bool, typer.Option("--reads-only", help="It may change nothing.")] = False,
    days: Annotated[int, typer.Option(help="After how many days it expires.")] = 365,
    api: Api = HERE,
) -> None:
    """Make a token, and print it: this once."""
    wanted: dict[str, Any] = {"label": label, "roles": role, "jurisdictions": jurisdiction or [], "days": days}
    wanted |= {"source": source, "person_id": person, "reads_only": reads_only}
    made = call(api, "POST", "/access/tokens", wanted)
    typer.echo(made["secret"])
    expires = made["token"]["expires_at"][:10]
    typer.echo(f"This is {made['token']['token_id']}, until {expires}. It is shown this once: keep it now.", err=True)


@app.command("list")
def list_(api: Api = HERE) -> None:
    """Every token that was ever made."""
    for one in all_of(api, "/access/tokens"):
        until = (one["expires_at"] or "for ever")[:10]
        used = f"used {one['used_at'][:10]}" if one["used_at"] else "never used"
        state = f"revoked {one['revoked_at'][:10]}" if one["revoked_at"] else f"until {until}, {used}"
        whose = " ".join(filter(None, (*one["roles"], one["source"], one["person_id"], *one["jurisdictions"])))
        typer.echo(f"{one['token_id']:<14} {state:<38} {whose}: {one['label']}")


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="Its id: what it begins with, as `list` shows it.")], api: Api = HERE
) -> None:
    """Refuse a token from now on, everywhere."""
    call(api, "POST", "/access/tokens/revoke", {"token_id": token_id})
    typer.echo(f"{token_id} is refused from now on.")
