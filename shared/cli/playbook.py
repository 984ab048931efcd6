"""`throughline playbook`: is a playbook sound, what does it oblige, and how does an editor check it."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from shared.cli import adopt, diff
from shared.cli.calling import HERE, Api, call, fail
from shared.cli.simulate import columns, day_of, forecast_of, read_file

if TYPE_CHECKING:
    from shared.playbooks.extending import Flat
    from shared.playbooks.imagined import Forecast
    from shared.playbooks.model import Playbook

app = typer.Typer(help="Playbooks: which facts oblige whom to do what by when.", no_args_is_help=True)
EXAMPLES = 3
CHANGED_WITH_ITS_BASE = "Raise its version: what changes in a playbook changes in all that extend it, too."

app.command()(diff.diff)
app.command()(adopt.adopt)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The playbook's file.")],
    start: Annotated[str | None, typer.Option(help="From when to count the example dates; today if left out.")] = None,
    api: Annotated[str | None, typer.Option(help="Hold it against what is published there, too.")] = None,
) -> None:
    """Tell what is wrong with a playbook, by file, line and field; or print the schedule that it makes."""
    from shared.playbooks.never import always_late, in_nobodys_name, never, without_a_day

    flat = read_file(file)
    playbook = flat.playbook
    if problems := never(playbook, flat.written):
        print("\n".join(str(problem) for problem in problems), file=sys.stderr)
        raise typer.Exit(1)
    first = day_of(start) if start else _today()
    if api:
        _hold_against(flat, api)
    extends = f" It extends {', which extends '.join(flat.extends)}." if flat.extends else ""
    print(f"{playbook.playbook} version {playbook.version}: {playbook.title}. {len(playbook.rules)} rules.{extends}\n")
    print(_schedule(playbook, forecast_of(playbook, first)))
    for worth_a_note in (always_late, without_a_day, in_nobodys_name):
        for note in worth_a_note(playbook, flat.written):
            print(f"note: {note}", file=sys.stderr)
    for moot in flat.moot:
        print(f"note: {moot.rule} of what it extends is left out: it {moot.reason}", file=sys.stderr)


@app.command()
def publish(file: Annotated[Path, typer.Argument(help="The playbook's file.")], api: Api = HERE) -> None:
    """Put a playbook into force; one with a mistake is refused, and never replaces a good one."""
    flat = read_file(file)
    playbook = flat.playbook
    said = call(api, "POST", "/playbooks", {"document": flat.document})
    done = "is in force for what is opened from now on" if said["new"] else "was published before; nothing changed"
    print(f"{playbook.playbook} version {playbook.version} {done}")


@app.command()
def flatten(file: Annotated[Path, typer.Argument(help="The playbook's file.")]) -> None:
    """Print the one text that a playbook and all that it extends come to: what is published."""
    print(read_file(file).document, end="")


@app.command()
def schema() -> None:
    """Print the JSON Schema of playbooks, for editors."""
    from shared.playbooks.model import for_editors

    print(json.dumps(for_editors(), indent=2))


@app.command()
def words() -> None:
    """Print what rules can speak of: scopes, moments, attributes; as the tables of docs/playbooks.md."""
    from shared.playbooks.describe import tables

    print(tables())


def _hold_against(flat: "Flat", api: str) -> None:
    """End the check where this version is published with another text: its own, or that of what it extends."""
    it = flat.playbook
    known = call(api, "GET", f"/playbooks/{it.playbook}", or_none=True, version=it.version)
    if known is not None and known["document"] != flat.document:
        fail(f"{it.playbook} version {it.version} is published with another text. {CHANGED_WITH_ITS_BASE}")


def _today() -> date:
    from shared.clock import WorldClock

    return WorldClock().now().date()


def _schedule(playbook: "Playbook", forecast: "list[Forecast]") -> str:
    """The rules in words, each with the first dates on which it would be due in an imagined engagement."""
    from shared.playbooks.describe import conditions, when_due

    rows = [("rule", "kind", "to", "due")]
    for rule in playbook.rules:
        rows.append((rule.name, rule.kind, rule.role, when_due(rule)))
        rows += [("", "", "", line) for line in (conditions(rule), _examples(rule.name, forecast)) if line]
    return columns(rows)


def _examples(rule: str, forecast: "list[Forecast]") -> str:
    days = sorted({it.owed.due_at.astimezone(ZoneInfo(it.owed.zone)).date() for it in forecast if it.owed.rule == rule})
    more = ", ..." if len(days) > EXAMPLES else ""
    return f"for example {', '.join(day.isoformat() for day in days[:EXAMPLES])}{more}" if days else ""
