"""`throughline access`: which people may sign in, as what, and for which jurisdictions."""

from typing import Annotated, Any

import typer

from shared.cli.calling import HERE, Api, all_of, call

app = typer.Typer(help="Who may sign in: grant, revoke, list; and links to sign in by.", no_args_is_help=True)
Person = Annotated[str, typer.Argument(help="Who, by the id that facts call them.")]


@app.command()
def grant(
    person: Person,
    roles: Annotated[list[str], typer.Argument(help="facilitator, evaluator, supervisor, administrator.")],
    jurisdiction: Annotated[
        list[str] | None, typer.Option(help="Whose requests and topics they look after, or * for all.")
    ] = None,
    api: Api = HERE,
) -> None:
    """Let a person sign in, as what is told here and nothing else."""
    told: dict[str, Any] = {"person_id": person, "roles": roles, "jurisdictions": jurisdiction or []}
    call(api, "POST", "/access/accounts", told)
    typer.echo(f"{person} may sign in as {', '.join(sorted(set(roles)))}.")


@app.command()
def revoke(
    person: Person,
    even_the_last: Annotated[bool, typer.Option("--even-the-last", help="Also the last administrator.")] = False,
    api: Api = HERE,
) -> None:
    """Let a person sign in no more, and sign them out everywhere."""
    call(api, "POST", "/access/accounts/revoke", {"person_id": person, "even_the_last": even_the_last})
    typer.echo(f"{person} may not sign in any more, and is signed out.")


@app.command("list")
def list_(api: Api = HERE) -> None:
    """Everybody who may sign in."""
    for one in all_of(api, "/access/accounts"):
        places = ", ".join(sorted(one["jurisdictions"]))
        typer.echo(f"{one['person_id']:<24} {', '.join(sorted(one['roles']))}{f' ({places})' if places else ''}")


@app.command()
def link(
    person: Person,
    minutes: Annotated[int, typer.Option(help="How long it can be used (1-60).")] = 15,
    api: Api = HERE,
) -> None:
    """Print a link by which this person can sign in, once; hand it to nobody else."""
    made = call(api, "POST", "/access/links", {"person_id": person, "minutes": minutes})
    typer.echo(made["link"])
