"""`throughline subscribe`: lets a tracker hand in requests, or an evaluator read outcomes; and no more."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli import snippets
from shared.cli.bus import Folder, kind_of, known, told_of_reload
from shared.cli.calling import fail

if TYPE_CHECKING:
    from shared.bus.accounts.keyring import Keyring
    from shared.bus.streams import Ear

app = typer.Typer(help="Who from outside may use the bus: tracker, evaluator, remove.", no_args_is_help=True)
SHOW = typer.Option("--show-key", help="Print the secret key, which otherwise stays in its file.")


@app.command()
def evaluator(
    name: Annotated[str, typer.Argument(help="What it is called here; its consumer is named so.")],
    folder: Folder = None,
    show_key: Annotated[bool, SHOW] = False,
) -> None:
    """Let an evaluator read outcomes: make its key and its durable consumer, and print how to connect.

    It gets every outcome and verdict since the beginning, and can read nothing else.
    """
    from shared.bus.outcomes import ear_of

    keyring, file = _admit("evaluator", name, folder)
    _say(keyring, file, name, show_key)
    typer.echo(_made(keyring, ear_of(name)))
    typer.echo(snippets.of_evaluator(_url(keyring), file.name, name))


@app.command()
def tracker(
    source: Annotated[str, typer.Argument(help="The id of the tracker: it publishes to inbound.requests.<source>.")],
    folder: Folder = None,
    show_key: Annotated[bool, SHOW] = False,
) -> None:
    """Let a tracker hand in requests of its own source and hear what became of them; print how to connect.

    Its durable consumer gives it what becomes of its own requests, of the last 90 days and from now on.
    """
    from shared.bus.telling import ear_of

    keyring, file = _admit("tracker", source, folder)
    _say(keyring, file, source, show_key)
    typer.echo(_made(keyring, ear_of(source)))
    typer.echo(snippets.of_tracker(_url(keyring), file.name, source))


@app.command()
def remove(
    kind: Annotated[str, typer.Argument(help="tracker or evaluator.")],
    name: Annotated[str, typer.Argument(help="Who is to be known no more.")],
    folder: Folder = None,
) -> None:
    """Refuse somebody from now on, also where they are connected; their place in the stream is forgotten."""
    from shared.bus import outcomes, telling
    from shared.bus.accounts.members import Kind
    from shared.bus.accounts.reloading import reload
    from shared.errors import Unknown

    keyring, what = known(folder), kind_of(kind)
    if what not in (Kind.TRACKER, Kind.EVALUATOR):
        fail("Only trackers and evaluators are removed; a service gets a new key by `throughline bus rotate`.")
    try:
        keyring.remove(what, name)
    except Unknown as error:
        fail(str(error))
    typer.echo(f"{name} is known no more. {told_of_reload(reload(keyring.folder))}")
    ear_of = outcomes.ear_of if what is Kind.EVALUATOR else telling.ear_of
    typer.echo(_unmade(keyring, ear_of(name)))


def _admit(kind: str, name: str, folder: Path | None) -> "tuple[Keyring, Path]":
    from shared.bus.accounts.keyring import KnownAlready
    from shared.errors import Malformed

    keyring, what = known(folder), kind_of(kind)
    try:
        return keyring, keyring.admit(what, name, must_be_new=True)
    except KnownAlready as error:
        fail(str(error))
    except Malformed as error:
        fail(f"name: {error}")


def _say(keyring: "Keyring", file: Path, name: str, show_key: bool) -> None:
    from shared.bus.accounts.reloading import reload

    typer.echo(f"{name} has its secret key in {file.absolute()}. Give it to its owner, and to nobody else.")
    if show_key:
        typer.echo(file.read_text(encoding="ascii").strip())
    typer.echo(told_of_reload(reload(keyring.folder)))


def _url(keyring: "Keyring") -> str:
    """Where this bus answers, as far as that is known here; without a password that may stand in it."""
    from shared.bus.broker import without_secrets
    from shared.settings import Settings

    address = keyring.folder / "address"
    return without_secrets(Settings().nats) or (address.read_text(encoding="ascii").strip() if address.exists() else "")


def _made(keyring: "Keyring", ear: "Ear") -> str:
    import asyncio

    from shared import logs
    from shared.bus.accounts.consuming import make

    logs.set_up("ERROR", as_json=False)
    done = asyncio.run(make(keyring, _url(keyring), ear))
    return "Its consumer is there." if done else "Its consumer is made when evaluation starts next."


def _unmade(keyring: "Keyring", ear: "Ear") -> str:
    import asyncio

    from shared.bus.accounts.consuming import forget

    done = asyncio.run(forget(keyring, _url(keyring), ear))
    return "Its consumer is gone." if done else f"The bus was not reached; its consumer {ear.service} stays, unused."
