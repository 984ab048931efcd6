"""Why an obligation is there: its rule, its fact, and how its dates were counted; and what lies ahead of a line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from shared.errors import Unknown
from shared.events import wire
from shared.events.base import Fact, line_of
from shared.obligations import ledger
from shared.obligations.following import Keeps, owed
from shared.obligations.obliged import Obliged, expected, shown
from shared.obligations.reconcile import Row
from shared.obligations.ruling import ruling, rulings
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import UNTOUCHED
from shared.storage import facts as kept
from shared.storage.work import Unit


class Why(BaseModel):
    """The reasons of an obligation, for people (`words`) and for programs."""

    obligation: Obliged
    words: dict[str, str]
    fact: dict[str, Any] | None
    """What obliges it, as it was said."""
    story: list[dict[str, Any]]
    """All that was said of the obligation itself, in order."""


async def why(unit: Unit, key: str, kind: str) -> Why:
    """Explain one obligation, recorded or only expected; `kind` (task, round) is what whoever asks calls it."""
    line = line_of(key)
    history = (await kept.histories(unit, [line]))[line]
    playbook = await ruling(unit, history)
    reason: Row | Obligation | None = (await ledger.rows(unit, [line]))[line].get(key)
    if reason is None:
        wanted = owed(unit, playbook, history).get(key)
        reason = wanted if wanted and not wanted.reached else None
    if reason is None:
        raise Unknown(kind, key)
    cause = history.facts.get(reason.because)
    return Why(
        obligation=shown(reason, unit.now) if isinstance(reason, Row) else expected(reason),
        words=_words(reason, playbook, cause, unit.now),
        fact=wire.document(cause) if cause else None,
        story=[wire.document(fact) for fact in await kept.story(unit, line) if _is_about(fact, key)],
    )


async def ahead(unit: Unit, line: str) -> list[Obliged]:
    """What a line still has before it, tasks and rounds, by due time: what is scheduled, and what is expected.

    Of what this service's own ledger does not keep, the plan tells; that has no hand-made end here.
    """
    history = (await kept.histories(unit, [line]))[line]
    recorded = (await ledger.rows(unit, [line]))[line]
    wanted = owed(unit, await ruling(unit, history), history)
    told = [shown(row, unit.now) for row in recorded.values() if row.is_open]
    coming = [one for key, one in wanted.items() if key not in recorded and not _has_ended(one, history)]
    told += [_planned(one, unit.now) for one in coming]
    return sorted((one for one in told if one.due_at >= unit.now), key=lambda one: (one.due_at, one.key))


async def everything(unit: Unit, keeps: Keeps) -> list[Obliged]:
    """Every obligation of this ledger that was ever said, and all that are expected now."""
    recorded = {row.key: row for row in await ledger.every(unit)}
    waiting = await coming(unit, await kept.histories(unit, await kept.lines(unit)), recorded, keeps)
    for one in waiting:
        recorded.pop(one.key, None)
    return [*map(expected, waiting), *(shown(row, unit.now) for row in recorded.values())]


async def coming(
    unit: Unit, histories: Mapping[str, History], recorded: Mapping[str, Row], keeps: Keeps
) -> list[Obligation]:
    """What is only expected in some lines, beside what is recorded of them."""
    playbooks = await rulings(unit, histories)
    return [
        one
        for line, history in histories.items()
        for key, one in owed(unit, playbooks[line], history, keeps).items()
        if not _has_ended(one, history) and _is_coming(one, recorded.get(key))
    ]


def _is_coming(owed: Obligation, row: Row | None) -> bool:
    """Whether it is only expected: what was withdrawn because its moment was taken back is expected again."""
    return not owed.reached and (row is None or row.state == "withdrawn")


def _has_ended(owed: Obligation, history: History) -> bool:
    """Whether it will never be said, because a fact or somebody's hand ended it before its moment."""
    return owed.done or history.marks.get(owed.key, UNTOUCHED).ended is not None


def _planned(owed: Obligation, now: datetime) -> Obliged:
    told = expected(owed)
    return told.model_copy(update={"state": "scheduled"}) if owed.reached else told


def _words(reason: Row | Obligation, playbook: Playbook | None, cause: Fact | None, now: datetime) -> dict[str, str]:
    due_at = reason.due_at if isinstance(reason, Row) else reason.falls_due_at
    words = {
        "what": reason.title,
        "who": reason.to,
        "due": f"{due_at.astimezone(ZoneInfo(reason.zone)):%A, %Y-%m-%d %H:%M} ({reason.zone})",
        "state": shown(reason, now).state if isinstance(reason, Row) else "expected",
        "rule": reason.rule + (f", of {playbook.playbook} version {playbook.version}" if playbook else ""),
        "counted": f"{reason.wait} ({reason.moment_on})",
        "because": _because(reason, cause),
    }
    if isinstance(reason, Row) and reason.forbidden:
        words["suppressed"] = reason.forbidden
    if isinstance(reason, Obligation) and reason.held_back:
        words["held back"] = reason.held_back
    if isinstance(reason, Row) and reason.due_at != reason.planned_at:
        words["moved"] = f"by hand; the rule says {reason.planned_at.astimezone(ZoneInfo(reason.zone)):%Y-%m-%d %H:%M}"
    return words


def _because(reason: Row | Obligation, cause: Fact | None) -> str:
    if cause is None:
        return f"fact {reason.because}, which is not known here any more"
    return f"{cause.event.type} of {cause.time:%Y-%m-%d}, fact {cause.id}"


def _is_about(fact: Fact, key: str) -> bool:
    return key in (getattr(fact.event, "task_id", None), getattr(fact.event, "round_id", None))
