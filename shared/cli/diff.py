"""`throughline playbook diff`: what another playbook, or another version, would move, add and drop."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from shared.cli.calling import HERE, Api, call, fail
from shared.cli.simulate import TEAMS, Format, columns, day_of, forecast_of, read_file

if TYPE_CHECKING:
    from shared.events.base import Fact
    from shared.playbooks.comparing import Difference, Word
    from shared.playbooks.model import Playbook
    from shared.playbooks.obligation import Obligation

IMAGINED = "an imagined engagement"


@dataclass(frozen=True)
class Compared:
    """Two playbooks, what they were compared over, and what came of it."""

    old: "Playbook"
    new: "Playbook"
    over: str
    words: "list[Word]"
    differences: "list[Difference]"
    now: datetime | None = None
    """When, if it is a real engagement: what was due before would fall due at once."""

    @property
    def differ(self) -> bool:
        """Whether anything would be owed otherwise."""
        return any(one.kind != "same" for one in self.differences)


def diff(
    old: Annotated[str, typer.Argument(help="A file, or name or name@version of one that is published.")],
    new: Annotated[str, typer.Argument(help="The same.")],
    engagement: Annotated[str | None, typer.Option(help="Over the facts of this one, instead of an imagined.")] = None,
    log: Annotated[Path | None, typer.Option(help="A log that holds its facts; else Throughline is asked.")] = None,
    start: Annotated[str | None, typer.Option(help="When the imagined one opens; today if left out.")] = None,
    teams: Annotated[str, typer.Option(help="The jurisdictions in the imagined one.")] = TEAMS,
    form: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 1 if anything is owed otherwise.")] = False,
    api: Api = HERE,
) -> None:
    """Print what a change of playbook would move, add, drop and reword; nothing comes into force by it.

    An imagined engagement is that of `simulate`, once by each playbook; a real one has its facts as they are now.
    """
    if log is not None and engagement is None:
        fail("--log: name the engagement too: --engagement ID")
    books = playbook_of(old, api), playbook_of(new, api)
    if engagement is None:
        compared = _imagined(*books, start, teams)
    elif log is not None:
        facts = _logged(log, engagement)
        compared = over_facts(*books, engagement, facts, max(fact.time for fact in facts))
    else:
        compared = over_facts(*books, engagement, story_of(api, engagement), now())
    typer.echo(as_json(compared) if form is Format.JSON else as_text(compared))
    if exit_code and compared.differ:
        raise typer.Exit(1)


def playbook_of(named: str, api: str) -> "Playbook":
    """The playbook of a file, or one that is published, as `name` or `name@version`."""
    from shared.playbooks.model import read

    name, _, version = named.partition("@")
    if Path(named).exists() or Path(named).suffix or "/" in named:
        return read_file(Path(named)).playbook
    if version and not version.isdigit():
        fail(f"{named}: a version is a number, like {name}@2")
    told = call(api, "GET", f"/playbooks/{name}", version=version or None)
    return read(told["document"], f"{name} version {told['version']}")


def story_of(api: str, engagement: str) -> "list[Fact]":
    """All that was said of an engagement, asked from a running Throughline."""
    from shared.events import wire

    return [wire.decode(json.dumps(told).encode()) for told in call(api, "GET", f"/engagements/{engagement}/story")]


def over_facts(old: "Playbook", new: "Playbook", engagement: str, facts: "Sequence[Fact]", now: datetime) -> Compared:
    """Compare two playbooks over what was said of an engagement."""
    from shared.playbooks.comparing import compare_over, words
    from shared.playbooks.history import History, fold
    from shared.settings import Settings

    history = fold(History(engagement), facts)
    found = compare_over(old, new, history, Settings().known_places, now)
    return Compared(old, new, f"engagement {engagement}, as of {now:%Y-%m-%d}", words(old, new), found, now)


def as_text(compared: Compared) -> str:
    """The differences for people: words first, then obligations in the order of dates."""
    from shared.playbooks.comparing import counts

    old, new = compared.old, compared.new
    parts = [f"{_called(old)} -> {_called(new)}, over {compared.over}"]
    if compared.words:
        parts.append(columns([(word.path, _said(word.before), "->", _said(word.after)) for word in compared.words]))
    rows = [_row(one, compared.now) for one in sorted(compared.differences, key=_by_date) if one.kind != "same"]
    if rows:
        parts.append(columns(rows))
    told = counts(compared.differences)
    same = told.pop("same")
    parts.append(", ".join([*(f"{count} {kind}" for kind, count in told.items()), f"{same} the same"]) + ".")
    return "\n\n".join(parts)


def as_json(compared: Compared) -> str:
    """The same for machines."""
    from shared.playbooks.comparing import counts

    named = {
        side: {"playbook": book.playbook, "version": book.version}
        for side, book in (("old", compared.old), ("new", compared.new))
    }
    words = [{"path": word.path, "old": word.before, "new": word.after} for word in compared.words]
    found = [_document(one) for one in compared.differences if one.kind != "same"]
    told = {
        **named,
        "over": compared.over,
        "words": words,
        "differences": found,
        "counts": counts(compared.differences),
    }
    return json.dumps(told, indent=1, ensure_ascii=False, default=str)


def _imagined(old: "Playbook", new: "Playbook", start: str | None, teams: str) -> Compared:
    from shared.playbooks.comparing import compare, words

    first = day_of(start) if start else now().date()
    before, after = ({it.owed.key: it.owed for it in forecast_of(book, first, teams)} for book in (old, new))
    return Compared(old, new, f"{IMAGINED} that opens on {first}", words(old, new), compare(before, after))


def _logged(log: Path, engagement: str) -> "list[Fact]":
    from shared.errors import of_file
    from shared.events.log import read_log

    try:
        facts, refused = read_log(log.read_bytes(), str(log))
    except OSError as error:
        fail(of_file(error))
    for line in refused:
        typer.echo(line, err=True)
    found = [fact for fact in facts if fact.line == engagement]
    if not found:
        fail(f"{log}: nothing is said there of {engagement}")
    return found


def now() -> datetime:
    """The time at which somebody asks."""
    from shared.clock import WorldClock

    return WorldClock().now()


def _called(playbook: "Playbook") -> str:
    return f"{playbook.playbook} version {playbook.version}"


def _said(value: object) -> str:
    if value is None:
        return "(not said)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _by_date(one: "Difference") -> tuple[datetime, str]:
    return one.owed.falls_due_at, one.key


def _row(one: "Difference", now: datetime | None) -> tuple[str, ...]:
    was = _local(one.before) if one.before and one.kind in ("moved", "dropped") else ""
    is_ = _local(one.after) if one.after else ""
    arrow = "->" if was and is_ else ""
    key = one.key.split("/", 1)[1]
    notes = [f"{name.removesuffix('_at')}: {_short(a)} -> {_short(b)}" for name, (a, b) in one.words.items()]
    if one.after and one.kind in ("added", "moved") and (late := _late(one.after, now)):
        notes.append(late)
    return (one.kind, was, arrow, is_, one.owed.owed_by, one.owed.title, key, "; ".join(notes))


def _late(owed: "Obligation", now: datetime | None) -> str:
    """What becomes at once of what would have been due before now."""
    if now is None or not owed.reached or owed.falls_due_at > now:
        return ""
    return "is too late for it" if owed.lapse_at and owed.lapse_at <= now else "falls due at once"


def _local(owed: "Obligation") -> str:
    local = owed.falls_due_at.astimezone(ZoneInfo(owed.zone))
    return f"{local:%Y-%m-%d %H:%M %Z}" + ("" if owed.reached else "?")


def _short(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_short, value)) or "-"
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else "-" if value is None else str(value)


def _document(one: "Difference") -> dict[str, Any]:
    owed = one.owed
    return {
        "key": one.key,
        "change": one.kind,
        "rule": owed.rule,
        "kind": owed.kind,
        "item": owed.item,
        "occurrence": owed.occurrence,
        "to": owed.owed_by,
        "title": owed.title,
        "due_at": _instant(one.after),
        "was_due_at": _instant(one.before),
        "words": {name: {"old": a, "new": b} for name, (a, b) in one.words.items()},
    }


def _instant(owed: "Obligation | None") -> str | None:
    return owed.falls_due_at.isoformat().replace("+00:00", "Z") if owed else None
