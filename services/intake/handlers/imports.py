"""Files of requests: how one would be read, what would be owed by it, and taking it in, whole or row by row."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from zoneinfo import ZoneInfo

from services.intake import repository
from services.intake.decisions.importing import guessing, judging, owing, reading, returning, telling
from services.intake.decisions.importing.guessing import Sheet
from services.intake.decisions.importing.judging import Ground, Judged
from services.intake.decisions.importing.telling import Told
from services.intake.domain.imports import Columns, Imported, Looked, Outcome, Quality, TakenFile
from services.intake.repository import imports as rows
from shared import use_cases
from shared.errors import Unknown
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.intake import TopicInDemand
from shared.playbooks.planner import calendar_of
from shared.storage import facts as kept
from shared.storage import ownership
from shared.storage.facts import Turn
from shared.storage.ownership import not_yours
from shared.storage.work import Store, Unit

TOLD = 500
"""So many rows are told of by themselves; all of them are in the file that goes back."""

LONGEST_NAME = 200
"""Of a file."""
READERS = ThreadPoolExecutor(2, thread_name_prefix="file of requests")
"""So many files are opened at once: a workbook of some MB may take much of the memory, and seconds."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as somebody hands it in."""

    source: str
    """The tracker that it comes from."""
    file: str
    content: bytes
    columns: Columns | None = None
    """Which column tells what, as far as somebody says so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with it."""

    preview: bool = False
    historic: bool = False
    accept_valid: bool = False
    """Take in the rows that pass, also where others are refused."""


class _NotKept(Exception):
    """Nothing is to be recorded: it was a preview, or not all rows passed."""

    def __init__(self, imported: Imported) -> None:
        self.imported = imported


async def look(store: Store, handed: Handed) -> Looked:
    """How a file would be read; nothing of it is kept."""
    return (await _read(store, handed))[1]


async def take_in(store: Store, handed: Handed, wanted: Wanted) -> Imported:
    """Log, correct, withdraw and answer what the rows of a file tell; handing it in twice changes nothing."""
    sheet, looked = await _read(store, handed)
    guessing.see_that_nothing_is_missing(looked)
    async with store.look() as unit:
        today = unit.now.astimezone(ZoneInfo(unit.zone)).date()
        told = await asyncio.to_thread(telling.tell, sheet, looked, handed.source, unit.places, today)
    judged: list[Judged] = []

    async def piece(unit: Unit) -> Imported:
        judged[:] = await _judged(unit, handed, wanted, sheet, looked, told)
        imported = _imported(handed, looked, judged)
        facts = [fact for one in judged for fact in one.facts]
        if not wanted.preview and imported.problems and not wanted.accept_valid:
            raise _NotKept(imported)
        turns = await _record(unit, facts)
        if wanted.preview:
            raise _NotKept(await _foreseen(unit, imported, turns))
        return imported.model_copy(update={"recorded": True})

    try:
        imported = await use_cases.at_once(store, piece)
    except _NotKept as not_kept:
        imported = not_kept.imported
    if not wanted.preview:
        await _note(store, handed, wanted, imported, judged)
    back = await asyncio.to_thread(returning.given_back, sheet, judged) if imported.problems else None
    return imported.model_copy(update={"returned": back})


async def columns(store: Store, source: str) -> Columns:
    """How the files of a tracker are read."""
    async with store.look() as unit:
        _see_that_it_is_theirs(unit, source)
        return await rows.columns(unit, source) or Columns()


async def quality(store: Store, source: str) -> Quality:
    """How well the files of a tracker pass."""
    async with store.look() as unit:
        _see_that_it_is_theirs(unit, source)
        return returning.quality(source, await rows.taken(unit, source))


async def qualities(store: Store) -> list[Quality]:
    """The same of all trackers whose files somebody may see."""
    async with store.look() as unit:
        own = [it for it in await rows.sources(unit) if unit.caller.sees_all or unit.caller.source == it]
        return [returning.quality(source, await rows.taken(unit, source)) for source in own]


def _see_that_it_is_theirs(unit: Unit, source: str) -> None:
    """What is foreign is not there."""
    if not unit.caller.sees_all and unit.caller.source != source:
        raise Unknown("tracker", source, field="source")


async def _read(store: Store, handed: Handed) -> tuple[Sheet, Looked]:
    """The file, and how its columns are understood."""
    async with store.look() as unit:
        if not unit.caller.sees_all and unit.caller.source != handed.source:
            raise not_yours(unit.caller)
        saved = await rows.columns(unit, handed.source)
        places, topics = unit.places, unit.topics

    def opened() -> tuple[Sheet, Looked]:
        sheet = guessing.sheet_of(reading.read(handed.file, handed.content))
        return sheet, guessing.look(sheet, saved, handed.columns, places, topics)

    return await asyncio.get_running_loop().run_in_executor(READERS, opened)


async def _judged(
    unit: Unit, handed: Handed, wanted: Wanted, sheet: Sheet, looked: Looked, told: Sequence[Told]
) -> list[Judged]:
    asked = {one.external_id for one in told if one.command is not None}
    before = await rows.before(unit, handed.source, asked)
    ground = Ground(unit.now, unit.places, unit.zone, wanted.historic, unit.caller.sees_all)
    return judging.judge(told, before, sheet, looked, ground)


async def _record(unit: Unit, facts: Sequence[Fact]) -> list[Turn]:
    lines = {fact.line for fact in facts}
    await kept.hold(unit, lines)
    new = await ownership.see_that_they_may(unit, lines)
    with unit.unasked():
        turns = await repository.record(unit, facts, True)
    await ownership.see_that_it_is_theirs(unit, new)
    return turns


def _imported(handed: Handed, looked: Looked, judged: Sequence[Judged]) -> Imported:
    outcomes: list[Outcome] = [one.outcome for one in judged]
    return Imported(
        file=handed.file,
        source=handed.source,
        recorded=False,
        rows=len(judged),
        counts={outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)},
        problems=[problem for one in judged for problem in one.problems][:TOLD],
        notes=[one.note for one in judged if one.note][:TOLD],
        looked=looked,
    )


async def _foreseen(unit: Unit, imported: Imported, turns: Sequence[Turn]) -> Imported:
    """The same with what would be owed, and the topics that would come into demand: all this is never committed."""
    desk = await repository.ruling(unit)
    calendar = calendar_of(desk, unit.places, unit.zone)
    changed = [(turn.before, turn.after) for turn in turns]
    found, in_all = owing.owed(desk, changed, calendar, unit.now)
    views = [view for turn in turns for view in turn.after.requests.values()]
    slugs = {unit.topics.slug_of(view.logged.event.topic) for view in views}
    with unit.unasked():
        lines = await kept.histories(unit, {f"{NO_ENGAGEMENT}/{slug}" for slug in slugs})
    noticed = [
        fact.event.topic
        for history in lines.values()
        for fact in history.facts.values()
        if isinstance(fact.event, TopicInDemand) and fact.recorded == unit.now
    ]
    return imported.model_copy(update={"owed": found, "owed_in_all": in_all, "topics": sorted(noticed)})


async def _note(store: Store, handed: Handed, wanted: Wanted, imported: Imported, judged: Sequence[Judged]) -> None:
    """Remember how the file is read and how well it passed, also where nothing of it was taken in."""

    async def piece(unit: Unit) -> None:
        told = TakenFile(
            file=handed.file,
            digest=sha256(handed.content).hexdigest(),
            handed_in_at=unit.now,
            historic=wanted.historic,
            recorded=imported.recorded,
            rows=imported.rows,
            passed=imported.rows - imported.counts.get("refused", 0),
            problems=returning.by_problem(judged),
        )
        await rows.keep_columns(unit, handed.source, imported.looked.as_columns())
        await rows.keep_taken(unit, handed.source, told)

    await use_cases.at_once(store, piece)
