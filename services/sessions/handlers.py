"""What sessions does: open work, decide, record."""

from collections.abc import Sequence

from services.sessions.domain import Known, Overview, overview
from services.sessions.repository import RECORDS
from shared import saying_again, use_cases
from shared.access.caller import Caller
from shared.bus import looking_on
from shared.bus.looking_on import Asks
from shared.commands import Said
from shared.errors import Unknown
from shared.events.base import Fact, say
from shared.playbooks.differing import Compared
from shared.storage import facts as kept
from shared.storage.headings import heading
from shared.storage.work import Store
from shared.use_cases import C, Decide


async def obey(store: Store, command: C, decide: Decide[C, Known], patience: float) -> Said:
    """Do what a person or program asks, or say why not."""
    return await use_cases.obey(store, command, RECORDS.known, decide, RECORDS.record, patience)


async def obey_anew(store: Store, command: C, decide: Decide[C, Known], patience: float) -> Said:
    """The same for people: what was said before in other words is corrected, and what was taken back is said again."""
    return await saying_again.obey_anew(store, command, RECORDS.known, decide, RECORDS.record, patience)


async def shown(store: Store, caller: Caller, engagement_id: str) -> Overview:
    """What the pages show of an engagement, to those whose it is."""
    async with store.look() as unit:
        about = await heading(unit, engagement_id)
        if not about.is_of(caller):
            raise Unknown("engagement", engagement_id)
        return overview((await kept.histories(unit, [engagement_id]))[engagement_id], about)


async def what_changes(store: Store, asks: Asks, command: C, decide: Decide[C, Known]) -> Compared | None:
    """What would be due otherwise if this were done; none where nobody can tell just now. Nothing is said by it."""
    async with store.look() as unit:
        known = await RECORDS.known(unit, command.line)
        facts = [say(event, unit.now, known.zone) for event in decide(command, known, unit.now)]
    return await looking_on.if_said(asks, command.line, facts)


async def hear(store: Store, facts: Sequence[Fact]) -> None:
    """Learn from intake which engagements and teams there are."""
    await use_cases.hear(store, facts, RECORDS.record)


async def take_in(store: Store, facts: Sequence[Fact]) -> None:
    """Make facts of our own that were said elsewhere ours: from a log, or from another system."""
    await use_cases.hear(store, facts, RECORDS.record, said=True)


async def retract(store: Store, fact_id: str, reason: str, engagement_id: str | None = None) -> Said:
    """Take back a fact that sessions said; of this engagement only, where one is named."""
    return await use_cases.retract(store, fact_id, reason, RECORDS.record, engagement_id)


async def retract_all(store: Store, fact_ids: Sequence[str], reason: str, engagement_id: str) -> list[Said]:
    """Take back all of these facts of an engagement, or none."""
    return await use_cases.retract_all(store, fact_ids, reason, RECORDS.record, engagement_id)
