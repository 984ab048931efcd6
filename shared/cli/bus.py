"""`throughline bus`: writes the configuration of NATS servers with their accounts, makes streams, changes keys."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.calling import fail

if TYPE_CHECKING:
    from shared.bus.accounts.keyring import Keyring
    from shared.bus.accounts.members import Kind
    from shared.bus.connecting import Key
    from shared.bus.streams import Ear

app = typer.Typer(help="Servers, accounts and keys of the bus: config, setup, who, rotate.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--folder", help="Where the accounts are kept; else those of the bus of `up`.")
]
SINGLE = """# What belongs to this machine. Every line is needed.
NATS_LISTEN={listen}
NATS_MONITOR=127.0.0.1:8222
NATS_STORE={folder}/store
NATS_ROOM=40GB
NATS_PID={folder}/nats-server.pid
"""
ADMINISTRATOR = "administrator"


@app.command()
def config(
    folder: Annotated[Path, typer.Argument(help="Where the configuration is to be; what is there is kept.")],
    cluster: Annotated[bool, typer.Option("--cluster", help="For three servers instead of one.")] = False,
    listen: Annotated[str, typer.Option(help="Where one server answers.")] = "127.0.0.1:4222",
) -> None:
    """Write all that NATS servers need: accounts, keys, and the configuration itself.

    Keys that are there stay as they are. There is an administrator among them until `throughline bus setup` has run.
    """
    from shared.bus.accounts.keyring import KEYS
    from shared.whole_files import write_whole

    keyring = _keyring(folder, must_exist=False)
    keyring.admit_services()
    _admit_once(keyring)
    keyring.write()
    _copy("node.conf" if cluster else "server.conf", folder)
    if cluster:
        _copy("node.env.example", folder)
    elif not (folder / "server.env").exists():
        write_whole(folder / "server.env", SINGLE.format(listen=listen, folder=folder.absolute()), 0o640)
        write_whole(folder / "address", f"nats://{listen}\n", 0o640)
    name = "node" if cluster else "server"
    typer.echo(
        f"{folder.absolute()} holds the configuration; its keys are in {KEYS}/, each readable by you alone.\n"
        f"1. Start {'each node' if cluster else 'it'}: set -a; . ./{name}.env; set +a; nats-server -c {name}.conf"
        f"{'  (node.env.example tells what differs; accounts.conf is the same on each)' if cluster else ''}\n"
        f"2. Make the streams, which takes the administrator away: "
        f"throughline bus setup --folder {folder} --nats nats://...\n"
        f"3. Start the services with THROUGHLINE_NATS_KEYS={folder.absolute() / KEYS}"
    )


@app.command()
def setup(
    nats: Annotated[str, typer.Option("--nats", envvar="THROUGHLINE_NATS", help="URLs of the servers.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where `bus config` wrote.")],
    replicas: Annotated[int, typer.Option(help="How many servers keep each message.")] = 1,
) -> None:
    """Make the streams as administrator, who is then known no more. Services go on by themselves."""
    import asyncio

    from shared import logs
    from shared.bus.accounts.members import Kind
    from shared.bus.accounts.reloading import reload
    from shared.bus.connecting import Key
    from shared.bus.providing import ears_of_others
    from shared.bus.streams import BusDiffers

    logs.set_up("ERROR", as_json=False)
    keyring = _keyring(folder)
    file = keyring.file(Kind.ADMINISTRATOR, ADMINISTRATOR)
    if not file.exists():
        fail(f"There is no administrator: `throughline bus config {folder}`, and let the servers read accounts.conf.")
    try:
        done = asyncio.run(_provide(nats, Key(ADMINISTRATOR, file), ears_of_others(keyring), replicas))
    except BusDiffers as error:
        fail(str(error))
    for deed in done or ["streams are as they should be"]:
        typer.echo(deed)
    keyring.remove(Kind.ADMINISTRATOR, ADMINISTRATOR)
    typer.echo(f"The administrator is known no more. {told_of_reload(reload(folder))}")


@app.command()
def who(folder: Folder = None) -> None:
    """Everybody who is known on the bus, by the public half of their key."""
    for one in _keyring(folder).members():
        typer.echo(f"{one.kind:13} {one.name:24} {one.key}")


@app.command()
def rotate(
    kind: Annotated[str, typer.Argument(help="service, tracker, evaluator or system.")],
    name: Annotated[str, typer.Argument(help="Whose key.")],
    folder: Folder = None,
) -> None:
    """Give somebody a new key; the old one is refused as soon as the servers have read the accounts."""
    from shared.bus.accounts.reloading import reload

    keyring, what = _keyring(folder), kind_of(kind)
    if (what, name) not in {(one.kind, one.name) for one in keyring.members()}:
        fail(f"There is no {kind} {name}: `throughline bus who` tells who is known.")
    file = keyring.admit(what, name)
    typer.echo(f"The new key is in {file}. {told_of_reload(reload(keyring.folder))}")


def kind_of(told: str) -> "Kind":
    """What somebody is, by its word; any other ends the command."""
    from shared.bus.accounts.members import Kind

    try:
        return Kind(told)
    except ValueError:
        fail(f"{told} is none of {', '.join(Kind)}.")


def told_of_reload(done: bool) -> str:
    """Whether the new accounts are in force, or what is to be done."""
    if done:
        return "The server on this machine has been told."
    return "Once each server has the new accounts.conf: nats-server --signal reload (or start it anew)."


def _keyring(folder: Path | None, must_exist: bool = True) -> "Keyring":
    from shared.bus.accounts.keyring import Keyring
    from shared.settings import Settings

    keyring = Keyring(folder or Settings().bus)
    if must_exist and not keyring.exists():
        fail(
            f"No accounts are kept in {keyring.folder}: `throughline up` makes those of its own bus when it starts, "
            "`throughline bus config` those of others; name their folder with --folder or THROUGHLINE_NATS_KEYS."
        )
    return keyring


def known(folder: Path | None) -> "Keyring":
    """The accounts of a folder; where there are none, the command ends."""
    return _keyring(folder)


def _admit_once(keyring: "Keyring") -> None:
    """An administrator, until the streams are made, and whoever looks after the servers."""
    from shared.bus.accounts.members import Kind

    there = {one.kind for one in keyring.members()}
    for kind, name in ((Kind.ADMINISTRATOR, ADMINISTRATOR), (Kind.SYSTEM, "system")):
        if kind not in there:
            keyring.admit(kind, name)


def _copy(name: str, folder: Path) -> None:
    from shared.whole_files import write_whole

    here = Path(__file__).parents[1]
    places = (here / "nats" / name, here.parent / "deploy" / "nats" / name)
    source = next(place for place in places if place.exists())
    write_whole(folder / name, source.read_text(encoding="utf-8"), 0o640)


async def _provide(urls: str, key: "Key", ears: "Sequence[Ear]", replicas: int) -> list[str]:
    from nats.errors import Error as NatsError

    from shared.bus.connecting import connect
    from shared.bus.streams import provision

    try:
        client = await connect(urls, key, allow_reconnect=False, connect_timeout=5)
    except (NatsError, OSError) as error:
        fail(f"{urls} does not answer, or does not know the administrator ({error}): let it read accounts.conf.")
    try:
        return await provision(client, ears, replicas)
    finally:
        await client.close()
