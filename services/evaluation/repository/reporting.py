"""What reports are made of: every engagement and request of whoever asks, kept as it stood when it was read last."""

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from services.evaluation.decisions.figures import part, part_of_request
from services.evaluation.domain.parts import Invited, Part
from services.evaluation.repository import asking
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.fields import RUNNERS
from shared.obligations import ledger
from shared.obligations.following import rulings
from shared.obligations.reconcile import Row
from shared.storage import facts as kept
from shared.storage.facts import FACT, LINE
from shared.storage.ownership import theirs
from shared.storage.work import Unit

Stamp = tuple[int, int, int | None]
"""The versions of a line's facts, of its ledger, and of its playbook: while they are the same, so is what is read."""
_READ: WeakKeyDictionary[Engine, dict[str, tuple[Stamp, Part | None]]] = WeakKeyDictionary()
"""By database. None of it depends on the day, or on who asks."""
AT_ONCE = 20


async def parts(unit: Unit, engagement_id: str | None = None) -> list[Part]:
    """All engagements and requests of whoever asks; or this engagement, and all requests."""
    stamps = await _stamps(unit, engagement_id)
    read = _READ.setdefault(unit.connection.engine.sync_engine, {})
    stale = [line for line, stamp in stamps.items() if line not in read or read[line][0] != stamp]
    for first in range(0, len(stale), AT_ONCE):
        some = stale[first : first + AT_ONCE]
        for line, found in zip(some, await _read(unit, some), strict=True):
            read[line] = stamps[line], found
    if engagement_id is None and unit.caller.sees_all:
        # What nobody has any more, forgotten or told anew elsewhere, is not kept here either.
        for line in read.keys() - stamps.keys():
            del read[line]
    return [found for line in stamps if (found := read[line][1]) is not None]


async def _stamps(unit: Unit, engagement_id: str | None) -> dict[str, Stamp]:
    query = select(LINE.c.line, LINE.c.version, LINE.c.ledger_version, LINE.c.judged).where(theirs(unit, LINE.c.line))
    if engagement_id is not None:
        outside = LINE.c.line.startswith(f"{NO_ENGAGEMENT}/", autoescape=True)
        query = query.where((LINE.c.line == engagement_id) | outside)
    found = await unit.connection.execute(query.order_by(LINE.c.line))
    return {row.line: (row.version, row.ledger_version, row.judged) for row in found}


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
    by_letter = {key for key, form in forms.items() if form is not None and form.instrument.held_as == "form"}
    letters: dict[str, dict[str, int]] = {}
    invitation = asking.INVITATION
    query = select(invitation.c.round_id, invitation.c.team_id, func.count().label("people"))
    query = query.where(invitation.c.engagement_id == line, invitation.c.team_id.is_not(None))
    for found in await unit.connection.execute(query.group_by(invitation.c.round_id, invitation.c.team_id)):
        if found.round_id in by_letter and rows[found.round_id].ask not in RUNNERS:
            letters.setdefault(found.round_id, {})[found.team_id] = found.people
    return Invited(await asking.how_many(unit, rows), letters, frozenset(by_team))
