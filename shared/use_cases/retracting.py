"""Retracting: a service takes back a fact of its own; it never was."""

from collections.abc import Sequence

from shared.commands import Said
from shared.errors import Conflict, Unknown
from shared.events.base import NO_ENGAGEMENT, Fact, FactRetracted, say
from shared.events.catalogue import RETRACTIONS, speaker
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.work import Store, Unit
from shared.use_cases.given import Record
from shared.use_cases.telling import told
from shared.use_cases.trying import judged, patiently


class NotOurs(Conflict):
    """Fact {fact_id} was said by {speaker}; only {speaker} takes it back."""


class TakenBackAlready(Conflict):
    """Fact {fact_id} was taken back before, for another reason. It stays taken back."""


class FollowsFromOthers(Conflict):
    """Fact {fact_id} follows from a playbook and other facts. Retract the fact behind it: see `because`, or ask why."""


async def retract(store: Store, fact_id: str, reason: str, record: Record, of: str | None = None) -> Said:
    """Take back a fact that this service said: it never was; where a line is named, only one of that line."""
    [said] = await retract_all(store, [fact_id], reason, record, of)
    return said


async def retract_all(
    store: Store, fact_ids: Sequence[str], reason: str, record: Record, of: str | None = None
) -> list[Said]:
    """Take back several facts together, where a line is named of that line only, or none of them: raises NoneOfThem."""

    async def once() -> list[Said]:
        async with store.work() as unit:
            taken_back = await judged(fact_ids, lambda fact_id: _retraction(unit, fact_id, reason, of))
            with unit.unasked():
                turns = await record(unit, taken_back, True)
            return [told([fact], turns) for fact in taken_back]

    return await patiently(once, patience=0)


async def _retraction(unit: Unit, fact_id: str, reason: str, of: str | None) -> Fact:
    """What takes a fact back; the same as before, where that was done before."""
    await kept.line_of(unit, fact_id)
    with unit.unasked():
        # What people said in confidence is taken back by those who may not read it word for word.
        fact = await kept.fact(unit, fact_id)
    if of not in (None, fact.line):
        raise Unknown("fact", fact_id, field="fact_id")
    if (owner := speaker(fact.event.type)) != unit.service:
        raise NotOurs("fact_id", fact_id=fact_id, speaker=owner)
    if fact.event.from_ledger:
        raise FollowsFromOthers("fact_id", fact_id=fact_id)
    line = await kept.line_of(unit, fact_id)
    before = (await kept.histories(unit, [line]))[line]
    # What an engagement answered stands in the line of the request, and so must what takes the answer back.
    engagement = NO_ENGAGEMENT if fact.line.startswith(f"{NO_ENGAGEMENT}/") else fact.event.engagement_id
    words = {"engagement_id": engagement, "fact_id": fact_id, "reason": reason}
    event = RETRACTIONS[unit.service](**words, revision=_next_retraction(before, fact_id, reason))
    said = say(event, unit.now)
    return before.facts.get(said.id, said)


def _next_retraction(history: History, fact_id: str, reason: str) -> int:
    """The revision at which a fact is taken back; a higher one where that was done before, and undone."""
    before = [
        fact
        for fact in history.facts.values()
        if isinstance(fact.event, FactRetracted) and fact.event.fact_id == fact_id
    ]
    for fact in before:
        if fact.id not in history.retracted:
            if getattr(fact.event, "reason", None) != reason:
                raise TakenBackAlready("fact_id", fact_id=fact_id)
            return fact.event.revision
    return max((fact.event.revision for fact in before), default=-1) + 1
