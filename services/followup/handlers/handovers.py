"""Handovers as whoever asks sees them: who holds what, what stands empty, and the packet that waits for a follower."""

from collections.abc import Mapping

from services.followup.domain import Seated, seats
from services.followup.handlers.line import theirs
from services.followup.repository import seats as owed_by
from shared.access.caller import Caller
from shared.obligations import ledger, why
from shared.obligations.handover import Packet, is_role_there, packet
from shared.playbooks.heading import Heading
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.headings import headings
from shared.storage.work import Store, Unit


async def seated(store: Store, caller: Caller, engagement_id: str | None) -> tuple[list[Heading], list[Seated]]:
    """Somebody's engagements, and the seats in one of them or in all, those first that stand empty."""
    async with store.look() as unit:
        mine = [one for one in await headings(unit) if one.is_of(caller)]
        chosen = [one for one in mine if engagement_id in (None, one.engagement_id)]
        histories = await kept.histories(unit, [one.engagement_id for one in chosen])
        found = await _seats(unit, chosen, histories, is_one_of_many=engagement_id is None)
        return mine, sorted(found, key=lambda one: not one.is_vacant)


async def handed(
    store: Store, caller: Caller, engagement_id: str, role: str, team_id: str | None
) -> tuple[Heading, list[Seated], Packet]:
    """An engagement, its seats, and all that whoever follows in one of them has to know."""
    async with store.look() as unit:
        about = await theirs(unit, caller, engagement_id)
        histories = await kept.histories(unit, [engagement_id])
        history = histories[engagement_id]
        is_role_there(history, role, team_id)
        rows = (await ledger.rows(unit, [engagement_id]))[engagement_id]
        ahead = await why.ahead(unit, engagement_id)
        told = packet(history, rows, ahead, role, team_id, unit.now)
        return about, await _seats(unit, [about], histories), told


async def _seats(
    unit: Unit, chosen: list[Heading], histories: Mapping[str, History], is_one_of_many: bool = False
) -> list[Seated]:
    owes = await owed_by.owes(unit, histories)
    return [
        seat
        for about in chosen
        for seat in seats(about, histories[about.engagement_id], owes.get(about.engagement_id, {}), is_one_of_many)
    ]
