"""A restored ledger is brought to what it had said by the time it was lost, before it says anything new."""

from collections.abc import Mapping, Sequence

import structlog

from shared.events.base import Fact
from shared.events.intake import PlaybookPublished
from shared.obligations import ledger
from shared.obligations.adopting import adopt, key_of
from shared.obligations.following import Following, owed, rulings, understood
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.obligation import Obligation
from shared.storage import facts as kept
from shared.storage.work import Unit

log = structlog.get_logger()


def vouch_for(facts: Sequence[Fact]) -> None:
    """Raises BadPlaybook or Malformed where a fact publishes what is no playbook: it must not come into force."""
    for fact in facts:
        if isinstance(fact.event, PlaybookPublished):
            understood(fact.event)


async def recover(unit: Unit, following: Following, told: Sequence[Fact]) -> None:
    """Take back what a ledger said of its obligations, in the order in which it said it, and make it true of them."""
    if not told:
        return
    lines = {fact.line for fact in told}
    await kept.begin(unit, lines)
    recorded, noted = await ledger.rows(unit, lines), await ledger.noted(unit, lines)
    histories = await kept.histories(unit, lines)
    unknown = {fact.line for fact in told if key_of(fact.event) not in recorded[fact.line]}
    playbooks = await _rulings(unit, {line: histories[line] for line in unknown})
    wanted = {line: _owed(unit, following, histories[line], playbook) for line, playbook in playbooks.items()}
    changed: dict[str, tuple[str, Row]] = {}
    for fact in told:
        key, rows = key_of(fact.event), recorded[fact.line]
        if key is None:
            continue
        row = adopt(rows.get(key), fact, wanted.get(fact.line, {}).get(key))
        if row is not None:
            rows[key] = row
            changed[key] = fact.line, row
    await ledger.change(unit, noted, list(changed.values()))
    await kept.record_from_ledger(unit, [(fact.line, fact) for fact in told])
    if following.adopted:
        await following.adopted(unit, told)


async def _rulings(unit: Unit, unknown: Mapping[str, History]) -> Mapping[str, Playbook | None]:
    """What rules these lines; where one of their playbooks cannot be read, only its own lines are ruled by none."""
    try:
        return await rulings(unit, unknown)
    except Exception as error:
        if len(unknown) > 1:
            alone = [await _rulings(unit, {line: history}) for line, history in unknown.items()]
            return {line: playbook for one in alone for line, playbook in one.items()}
        [line] = unknown
        # The facts tell enough to go on with; whoever plans this line next will say what is wrong with it.
        log.error("line.not_planned", line=line, error=type(error).__name__, exc_info=error)
        return {line: None}


def _owed(unit: Unit, following: Following, history: History, playbook: Playbook | None) -> Mapping[str, Obligation]:
    try:
        return owed(unit, playbook, history, following.keeps)
    except Exception as error:
        # The facts tell enough to go on with; whoever plans this line next will say what is wrong with it.
        log.error("line.not_planned", line=history.line, error=type(error).__name__, exc_info=error)
        return {}
