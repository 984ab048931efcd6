"""Rounds as lists show them: what is recorded, what is only expected, and how many have answered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from services.evaluation.domain import RoundLine, in_turn
from services.evaluation.domain.asking import has_verdict
from services.evaluation.repository import ANSWER, FOLLOWING, asking
from shared.obligations import ledger, why
from shared.obligations.reconcile import Row
from shared.obligations.ruling import rulings
from shared.playbooks.heading import Heading
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import calendar_of
from shared.playbooks.projected import projected
from shared.storage import facts as kept
from shared.storage.work import Unit

_ONWARD: WeakKeyDictionary[History, tuple[Playbook, date | None, History | None]] = WeakKeyDictionary()
"""How histories go on, by whose rules, and as of which day."""


async def of(unit: Unit, engagements: Sequence[Heading], ahead_only: bool = False) -> list[RoundLine]:
    """The rounds of some engagements: what is open first, then what lies ahead, then (if wished) what is over."""
    abouts = {one.engagement_id: one for one in engagements}
    kept_rows = await ledger.rows(unit, abouts)
    recorded = {key: row for rows in kept_rows.values() for key, row in rows.items()}
    histories = await kept.histories(unit, abouts)
    coming = await why.coming(unit, histories, recorded, FOLLOWING.keeps)
    wanted: dict[str, Row | Obligation] = {key: row for key, row in recorded.items() if row.is_open or not ahead_only}
    wanted |= {one.key: one for one in coming}
    supposed = [one for one in await _supposed(unit, histories, recorded) if one.key not in wanted]
    answers, asked = await _answers(unit, wanted), await asking.how_many(unit, wanted)
    lines = [
        RoundLine.of(
            one,
            abouts[one.engagement],
            answers.get(key, 0),
            asked=asked.get(key),
            judged=has_verdict(histories[one.engagement], one),
        )
        for key, one in wanted.items()
    ]
    return in_turn([*lines, *(RoundLine.of(one, abouts[one.engagement], 0, supposed=True) for one in supposed)])


async def _supposed(unit: Unit, histories: Mapping[str, History], recorded: Mapping[str, Row]) -> list[Obligation]:
    """What is to be expected besides, if sessions that have no time yet, and the end, come as playbooks plan them."""
    playbooks = await rulings(unit, histories)
    onward = {line: _onward(unit, playbook, histories[line]) for line, playbook in playbooks.items() if playbook}
    changed = {line: history for line, history in onward.items() if history}
    return await why.coming(unit, changed, recorded, FOLLOWING.keeps)


def _onward(unit: Unit, playbook: Playbook, history: History) -> History | None:
    """A history as it goes on, if anything is missing in it; worked out once a day, for lists of many."""
    today = unit.now.astimezone(ZoneInfo(history.engagement.time_zone)).date() if history.engagement else None
    by, on, onward = _ONWARD.get(history, (None, None, None))
    if by is not playbook or on != today:
        made = projected(playbook, history, calendar_of(playbook, unit.places, unit.zone), unit.now)
        onward = None if made is history else made
        _ONWARD[history] = playbook, today, onward
    return onward


async def _answers(unit: Unit, rounds: Iterable[str]) -> Mapping[str, int]:
    """How often each round was answered."""
    query = select(ANSWER.c.round_id, func.count().label("answers")).where(ANSWER.c.round_id.in_(list(rounds)))
    told = await unit.connection.execute(query.group_by(ANSWER.c.round_id))
    return {one.round_id: one.answers for one in told}
