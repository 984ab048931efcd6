"""`throughline events`: all that can be said, for people (list, show, docs) and for programs (schema, asyncapi)."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from shared.events.base import Event

Hears = Callable[[], Mapping[str, Sequence[str]]]
Type = Annotated[str, typer.Argument(help="A type, a short name like session_held, or a class.", show_default=False)]
Service = Annotated[str | None, typer.Option(help="Only what this service says.")]


def commands(hears: Hears) -> typer.Typer:
    """The commands; `hears` tells for each service the subjects it listens to, which only the services know."""
    app = typer.Typer(help="What is said on the bus: list, show, schema, asyncapi, docs.", no_args_is_help=True)
    app.command("list")(list_)
    app.command()(show)
    app.command()(schema)
    app.command()(docs)

    @app.command()
    def asyncapi() -> None:
        """All channels of the bus as AsyncAPI 3.0, in JSON: who says what, and who hears it."""
        from shared.events.asyncapi import document

        _print_json(document(hears()))

    return app


def list_(service: Service = None) -> None:
    """Every event: its type, and what it means."""
    from shared.events.catalogue import SPEAKERS
    from shared.events.guide import summary

    if service is not None and service not in SPEAKERS:
        _fail(f"There is no service {service}. There are: {', '.join(SPEAKERS)}.")
    events = [event for name, said in SPEAKERS.items() if service in (None, name) for event in said]
    wide = max(len(event.type) for event in events)
    for event in events:
        typer.echo(f"{event.type:{wide}}  {summary(event)}")


def show(name: Type) -> None:
    """What an event means, its fields, and one as it goes over the wire."""
    from shared.events.guide import shown

    typer.echo("\n\n\n".join(shown(event) for event in _called(name)))


def schema(
    name: Annotated[str | None, typer.Argument(help="A type; without one, all.", show_default=False)] = None,
) -> None:
    """The JSON Schema of a type's whole CloudEvent; without a type, of all of them in $defs."""
    from shared.events import schema

    if name is None:
        _print_json(schema.schemas())
        return
    found = _called(name)
    if len(found) > 1:
        _fail(f"{name} is said by several services: {', '.join(event.type for event in found)}. Name one.")
    _print_json(schema.schema(found[0]))


def docs() -> None:
    """The page docs/events.md, as it has to be."""
    from shared.events.guide import guide

    typer.echo(guide(), nl=False)


def _called(name: str) -> "tuple[type[Event], ...]":
    """The events of that name, or the end of the command with a suggestion."""
    from shared.events.catalogue import called, nearest

    found = called(name)
    if not found:
        meant = nearest(name)
        _fail(f"There is no event {name}. {f'Did you mean {meant}?' if meant else 'See `throughline events list`.'}")
    return found


def _print_json(told: Any) -> None:
    typer.echo(json.dumps(told, indent=2, ensure_ascii=False))


def _fail(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(1)
