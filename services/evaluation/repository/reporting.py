"""What reports are made of: every engagement and request of whoever asks, kept as it stood when it was read last."""

from collections.abc import Iterable, Mapping, Sequence
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, select

from services.evaluation.decisions.figures import part, part_of_request
from services.evaluation.domain.parts import Invited, Part
from services.evaluation.repository import asking
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.intake import TaRequestAnswered
from shared.obligations import ledger
from shared.obligations.reconcile import Row
from shared.obligations.ruling import rulings
from shared.storage import facts as kept
from shared.storage.facts import FACT, LINE
from shared.storage.ownership import theirs
from shared.storage.work import Unit

Stamp = tuple[int, int, str | None, int | None]
"""The versions of a line's facts and of its ledger, its playbook, and the version of that: what is read hangs on them.

How far the line was planned by its playbook would not do: that lags, and what is read goes by what is published.
"""
_READ: WeakKeyDictionary[Engine, dict[str, tuple[Stamp, Part | None]]] = WeakKeyDictionary()
"""By database. None of it depends on the day, or on who asks."""
AT_ONCE = 20
RULING = LINE.alias("ruling")


async def parts(unit: Unit, engagement_id: str | None = None) -> list[Part]:
    """All engagements and requests of whoever asks; or this engagement, and all requests.

    The requests that an engagement of theirs answers are among them, of whatever jurisdiction they are.
    """
    stamps = await _stamps(unit, _wanted(unit, engagement_id))
    found = await _kept(unit, stamps)
    if engagement_id is None and unit.caller.sees_all:
        # What nobody has any more, forgotten or told anew elsewhere, is not kept here either.
        read = _READ[unit.connection.engine.sync_engine]
        for line in read.keys() - stamps.keys():
            del read[line]
    if not unit.caller.sees_all:
        answered = await _answered(unit, found)
        with unit.unasked():
            found += await _kept(unit, await _stamps(unit, LINE.c.line.in_(answered - stamps.keys())))
    return found


async def _kept(unit: Unit, stamps: Mapping[str, Stamp]) -> list[Part]:
    """What these lines come to; read again is only what has changed."""
    read = _READ.setdefault(unit.connection.engine.sync_engine, {})
    # What is ours is held apart: another report may tidy up meanwhile, and take out what it has not heard of yet.
    mine = {line: read[line][1] for line, stamp in stamps.items() if line in read and read[line][0] == stamp}
    stale = [line for line in stamps if line not in mine]
    for first in range(0, len(stale), AT_ONCE):
        some = stale[first : first + AT_ONCE]
        for line, found in zip(some, await _read(unit, some), strict=True):
            read[line] = stamps[line], found
            mine[line] = found
    return [found for line in stamps if (found := mine[line]) is not None]


def _wanted(unit: Unit, engagement_id: str | None) -> ColumnElement[bool]:
    mine = theirs(unit, LINE.c.line)
    if engagement_id is None:
        return mine
    return mine & ((LINE.c.line == engagement_id) | LINE.c.line.startswith(f"{NO_ENGAGEMENT}/", autoescape=True))


async def _stamps(unit: Unit, wanted: ColumnElement[bool]) -> dict[str, Stamp]:
    named = RULING.c.line == f"{NO_ENGAGEMENT}/" + LINE.c.playbook
    query = select(
        LINE.c.line, LINE.c.version, LINE.c.ledger_version, LINE.c.playbook, RULING.c.version.label("ruling")
    )
    found = await unit.connection.execute(query.outerjoin(RULING, named).where(wanted).order_by(LINE.c.line))
    return {row.line: (row.version, row.ledger_version, row.playbook, row.ruling) for row in found}


async def _answered(unit: Unit, found: Iterable[Part]) -> set[str]:
    """The lines of the requests that these engagements answer: as they say, or as was said of the requests."""
    own = {one.about.id: one.about.answers for one in found if not one.about.is_request}
    said = (FACT.c.engagement_id.in_(own), FACT.c.type == TaRequestAnswered.type)
    told = await unit.connection.scalars(select(FACT.c.line).where(*said).distinct())
    return {f"{NO_ENGAGEMENT}/{id}" for answers in own.values() for id in answers} | set(told)


async def _read(unit: Unit, lines: Sequence[str]) -> list[Part | None]:
    histories = await kept.histories(unit, lines)
    inside = [line for line in lines if histories[line].engagement is not None]
    playbooks = await rulings(unit, {line: histories[line] for line in inside})
    told, rows = await _told(unit, inside), await ledger.rows(unit, inside)
    found: dict[str, Part | None] = {line: part_of_request(histories[line], unit.topics) for line in lines}
    for line in inside:
        known = await _invited(unit, line, rows[line])
        found[line] = part(histories[line], rows[line], told[line], playbooks[line], unit.topics, known)
    return [found[line] for line in lines]


async def _told(unit: Unit, lines: Sequence[str]) -> dict[str, list[Fact]]:
    """What ledgers said of each engagement, followup's and our own."""
    told: dict[str, list[Fact]] = {line: [] for line in lines}
    query = select(FACT.c.line, FACT.c.body).where(FACT.c.line.in_(lines), FACT.c.ledger)
    for row in await unit.connection.execute(query):
        told[row.line].append(wire.decode(row.body.encode()))
    return told


async def _invited(unit: Unit, line: str, rows: Mapping[str, Row]) -> Invited:
    """How many were invited to each round; which of them each team answers as one; and to whom letters go."""
    forms = {key: await asking.form(unit, key) for key, row in rows.items() if row.fired_at is not None}
    by_team = {key for key, form in forms.items() if form is not None and form.instrument.fills == "team"}
    letters = await asking.letters(unit, rows, {key: form for key, form in forms.items() if form is not None})
    return Invited(await asking.how_many(unit, rows), letters, frozenset(by_team))
