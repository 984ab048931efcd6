"""Rows <-> domain: how followup keeps its facts and its ledger."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from services.followup import decisions
from services.followup.domain import Known
from shared.events.base import Fact
from shared.obligations import ledger
from shared.obligations.following import Following
from shared.playbooks.model import TASK
from shared.storage import facts as kept
from shared.storage.facts import Turn
from shared.storage.work import Unit

FOLLOWING = Following(keeps=lambda kind: kind == TASK, told=decisions.told)


async def known(unit: Unit, line: str) -> Known:
    """The tasks of a line, and the zone in which its days begin."""
    history = (await kept.histories(unit, [line]))[line]
    zone = history.engagement.time_zone if history.engagement else unit.zone
    return Known(ZoneInfo(zone), tasks=(await ledger.rows(unit, [line]))[line], marks=history.marks)


async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and bring the ledger of their lines in step: the only way in which a task changes."""
    turns = await kept.record(unit, facts, said)
    await FOLLOWING.follow(unit, turns)
    return turns


async def keep(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and leave the ledger as it is: for whoever has much to learn before anything is planned."""
    return await kept.record(unit, facts, said)
