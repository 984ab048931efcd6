"""`throughline simulate`: the schedule that a playbook makes, for an imagined engagement and without a bus."""

import json
import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from shared.playbooks.extending import Flat
    from shared.playbooks.imagined import Forecast
    from shared.playbooks.model import Playbook

TEAMS = "KY,WI,VI"


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    JSON = "json"


def simulate(
    playbook: Annotated[Path, typer.Argument(help="The playbook's file.")],
    start: Annotated[str, typer.Option(help="The day on which the engagement is opened (YYYY-MM-DD).")],
    teams: Annotated[str, typer.Option(help="The jurisdictions that take part, separated by commas.")] = TEAMS,
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
) -> None:
    """Print what a playbook would oblige whom to do by when, in an imagined engagement where nobody does anything.

    The engagement is imagined: six weeks to the first session, then one session after the other, a plan of each team
    three weeks after the last, the close three weeks later. The last team misses a session, and its plan is rejected.
    Where the playbook has no end, a year of it is imagined.
    """
    schedule = forecast_of(read_file(playbook).playbook, day_of(start), teams)
    print(_json(schedule) if form is Format.JSON else _table(schedule))


def read_file(file: Path) -> "Flat":
    """The playbook in a file, with what it extends; what is wrong with it is printed, and ends the command with 1."""
    from shared.errors import of_file
    from shared.playbooks.model import BadPlaybook
    from shared.settings import Settings
    from shared.shelf import whole

    try:
        return whole(file, Settings().playbooks)
    except OSError as error:
        fail(of_file(error))
    except UnicodeDecodeError:
        fail(f"{file}: is not UTF-8; save it as such")
    except BadPlaybook as error:
        fail("\n".join(str(problem) for problem in error.problems))


def forecast_of(playbook: "Playbook", start: date, teams: str = TEAMS) -> "list[Forecast]":
    """What the playbook would make of an engagement that is opened on this day."""
    from shared.playbooks.imagined import forecast
    from shared.playbooks.planner import calendar_of
    from shared.settings import Settings

    settings = Settings()
    places = settings.known_places
    codes = list(dict.fromkeys(code.strip() for code in teams.split(",") if code.strip()))
    if unknown := [code for code in codes if places.get(code) is None]:
        fail(f"--teams: {', '.join(unknown)}: no jurisdiction that is known here; use codes like KY,VI")
    if not codes:
        fail("--teams: name at least one jurisdiction, like KY,VI")
    return forecast(playbook, start, codes, calendar_of(playbook, places, settings.zone))


def fail(reason: str) -> NoReturn:
    """End the command with a reason."""
    print(reason, file=sys.stderr)
    raise typer.Exit(1)


def day_of(text: str) -> date:
    """The day that was typed after --start."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        fail(f"--start: {text!r} is not a day like 2027-01-04")
    if not 1900 <= day.year <= 2190:
        fail(f"--start: {text!r} lies outside the years 1900 to 2190")
    return day


def _json(schedule: "list[Forecast]") -> str:
    rows = [
        {
            "key": it.owed.key,
            "engagement": it.owed.engagement,
            "rule": it.owed.rule,
            "kind": it.owed.kind,
            "item": it.owed.item,
            "occurrence": it.owed.occurrence,
            "to": it.owed.to,
            "title": it.owed.title,
            "due_at": it.owed.due_at.isoformat().replace("+00:00", "Z"),
            "state": it.state,
            "because": it.owed.because,
            **({"held_back": it.held_back} if it.held_back else {}),
        }
        for it in schedule
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False)


def _table(schedule: "list[Forecast]") -> str:
    """The schedule by date, each due time as the clocks there show it."""
    rows = [("due", "kind", "to", "what", "rule/item/occurrence")]
    for it in sorted(schedule, key=lambda it: (it.owed.due_at, it.owed.key)):
        local = it.owed.due_at.astimezone(ZoneInfo(it.owed.zone))
        key = it.owed.key.split("/", 1)[1]
        rows.append((f"{local:%Y-%m-%d %H:%M %Z}", it.owed.kind, it.owed.to, it.owed.title, key))
    return columns(rows)


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as aligned text."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
