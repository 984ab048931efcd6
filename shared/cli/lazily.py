"""Commands that are imported when they are called: `--help` tells of all of them, and waits for none."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


@dataclass(frozen=True, slots=True)
class Lazily:
    """A command or a group of commands: where it stands, and what it does in the words of its own help."""

    place: str
    """A module and a name in it."""
    help: str

    def imported(self, name: str) -> Any:
        """The command itself."""
        module, _, inside = self.place.partition(":")
        found = getattr(import_module(module), inside)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        return get_command(alone)


def group_of(commands: Mapping[str, Lazily]) -> type[TyperGroup]:
    """The kind of a group with these commands."""

    class Group(TyperGroup):
        """Knows each command by name and help, and gets it when it is called, or completed."""

        def __init__(self, **told: Any) -> None:
            super().__init__(**told)
            self.commands.update(
                {name: TyperCommand(name, help=one.help, short_help=one.help) for name, one in commands.items()}
            )

        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            name, found, rest = super().resolve_command(ctx, args)
            return name, commands[name].imported(name) if name and name in commands else found, rest

    return Group
