"""The commands that know services: run them, play whole logs with them, save what they keep, tell what they can do."""

import gc
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli import data as of_data
from shared.cli import events as of_events
from shared.cli import reconcile as of_reconcile
from shared.cli.calling import HERE, Api

if TYPE_CHECKING:
    from shared.settings import Settings


class Name(StrEnum):
    """A service."""

    INTAKE = "intake"
    SESSIONS = "sessions"
    FOLLOWUP = "followup"
    EVALUATION = "evaluation"


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    JSON = "json"


def up(
    data: Annotated[Path | None, typer.Option(help="Where bus and databases live.")] = None,
    port: Annotated[int | None, typer.Option(help="Where HTTP answers; 0 takes any free port.")] = None,
    host: Annotated[str | None, typer.Option(help="On which address.")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="With six engagements in it to look at; only in a folder without data.")
    ] = False,
) -> None:
    """Run everything in one process: a bus and databases of its own, all four services, HTTP at 127.0.0.1:8000."""
    # Nothing of what is imported and set up is rubbish: to look for it takes a seventh of the start.
    gc.disable()
    from services import running

    def fill(settings: "Settings") -> None:
        from services.example import fill

        fill(settings)

    running.up(data=data, port=port, host=host, fill=fill if example else None)


def run(
    service: Name,
    nats: Annotated[str | None, typer.Option(help="URLs of the NATS cluster, separated by commas.")] = None,
    database: Annotated[str | None, typer.Option(help="SQLAlchemy URL of the database.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where its SQLite file lives, if there is no --database.")] = None,
    port: Annotated[int | None, typer.Option(help="Where HTTP answers.")] = None,
    host: Annotated[str | None, typer.Option(help="On which address.")] = None,
) -> None:
    """Run one service alone, against a bus that is there already.

    Replicas of a service share what they hear, so they need the same database: do not run one beside `up`.
    """
    gc.disable()
    from services import running

    running.run(service, nats=nats, database=database, data=data, port=port, host=host)


def migrate(
    service: Annotated[Name | None, typer.Argument(help="One service; else all four.")] = None,
    database: Annotated[str | None, typer.Option(help="SQLAlchemy URL of the database.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where the SQLite files live, if there is no --database.")] = None,
) -> None:
    """Bring the database to this version, before services start; each does it for itself if nobody did."""
    from services import migrating

    migrating.run((service,) if service else tuple(Name), database=database, data=data)


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
    portfolio: Annotated[bool, typer.Option("--portfolio", help="24 engagements instead, and their summary.")] = False,
    until: Annotated[str | None, typer.Option(help="The last day that is played (YYYY-MM-DD).")] = None,
) -> None:
    """Play a whole Peer Learning Community on a real bus and database, on a virtual clock, and tell its story."""
    from services import demo as play
    from services.demo import portfolio as many

    if portfolio:
        raise typer.Exit(many.run(as_json=as_json, until=until or many.UNTIL))
    raise typer.Exit(play.run(as_json=as_json, until=until or play.UNTIL))


def replay(
    log: Annotated[Path, typer.Argument(help="Facts in the wire format, one a line.")],
    playbooks: Annotated[Path, typer.Option(help="The folder with the playbooks.")] = Path("playbooks"),
    until: Annotated[str | None, typer.Option(help="The last day that is played, or an instant with its zone.")] = None,
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
) -> None:
    """Feed a log of facts through the services on a virtual clock, and print what became of every obligation."""
    from services import replay as play

    raise typer.Exit(play.run(log, playbooks, until, form))


def whatif(
    playbook: Annotated[str, typer.Option(help="The other policy: a file, or the name of one that the log knows.")],
    words: Annotated[list[str] | None, typer.Option("--set", help='Like window.wait="9 months".')] = None,
    instead_of: Annotated[str | None, typer.Option(help="In whose place it rules, if not its own name's.")] = None,
    engagement: Annotated[str | None, typer.Option(help="Tell of this one only.")] = None,
    log: Annotated[Path | None, typer.Option(help="The log; else the running Throughline is asked.")] = None,
    playbooks: Annotated[Path, typer.Option(help="The folder with the playbooks of a log.")] = Path("playbooks"),
    until: Annotated[str | None, typer.Option(help="The last day that is played, or an instant with its zone.")] = None,
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
    api: Api = HERE,
) -> None:
    """Play the real log under another policy, and print what would have been owed, moved, suppressed or dropped."""
    from services import whatif as play

    asked = play.Asked(playbook, words or (), instead_of, engagement, log, playbooks, until, api)
    raise typer.Exit(play.run(asked, form))


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where it is to be; must not exist yet.")],
    database: Annotated[str | None, typer.Option(help="SQLAlchemy URL of the database that is saved.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where the SQLite files live, if there is no --database.")] = None,
) -> None:
    """Save all that the services keep, while they run, into a folder of its own: docs/backup.md."""
    from services import backup as keeping

    keeping.save(folder, database=database, data=data)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A backup.")],
    database: Annotated[str | None, typer.Option(help="SQLAlchemy URL of the empty database to fill.")] = None,
    data: Annotated[Path | None, typer.Option(help="Where the SQLite files go, if there is no --database.")] = None,
    erased: Annotated[Path | None, typer.Option(help="A list of people who were erased, an id a line.")] = None,
) -> None:
    """Put a backup into an empty database, of the same kind or the other; no service may run meanwhile."""
    from services import backup as keeping

    keeping.restore(folder, erased, database=database, data=data)


def _hears() -> Mapping[str, Sequence[str]]:
    from services import running

    return {service.name: service.ear.subjects for service in running.idle()}


def _reconcile() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    from services import reconciling

    return reconciling.directly()


http = typer.Typer(help="What can be told and asked by HTTP: openapi, docs.", no_args_is_help=True)


@http.command()
def openapi() -> None:
    """All routes as OpenAPI 3.1, in JSON."""
    import json

    from services import guide

    typer.echo(json.dumps(guide.openapi(), indent=2))


@http.command()
def docs() -> None:
    """The page docs/http.md, made from the routes."""
    from services import guide

    typer.echo(guide.page(), nl=False)


@of_data.app.command("docs", hidden=True)
def data_docs() -> None:
    """The page docs/dictionary.md, made from the models of the rows."""
    from services.evaluation.domain.data import dictionary

    typer.echo(dictionary.as_document(), nl=False)


data = of_data.app
events = of_events.commands(_hears)
reconcile = of_reconcile.command(_reconcile)
