"""Whether the ledgers say what plan and time say: planned anew from all facts, by the product's pure planner."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.faults.chains import OPEN, Chain, instant
from benchmarks.faults.facts import Log
from benchmarks.faults.seen import Seen, told
from benchmarks.faults.verdict import Verdict
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.playbooks.choice import choose, named
from shared.playbooks.history import History
from shared.playbooks.model import TASK, read
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.planner import UNTOUCHED, calendar_of, plan
from shared.playbooks.views import Mark

SLACK = timedelta(seconds=5)
"""What falls due so shortly before the end may have fallen due or not."""
KEEPERS: Mapping[str, Callable[[str], bool]] = {
    "followup": lambda kind: kind == TASK,
    "evaluation": lambda kind: kind != TASK,
}
"""Which kinds of obligation each ledger keeps."""
NAMES = {"followup": "task_id", "evaluation": "round_id"}
SAME = (
    "title", "team_id", "because", "zone", "wait", "moment", "contact", "contact_as", "priority", "instrument",
    "escalate_to", "lapse_reason",
)  # fmt: skip
INSTANTS = ("overdue_at", "escalate_at", "lapse_at", "closes_at")
PLACES = Places()


@dataclass(frozen=True, slots=True)
class Time:
    """When the world was looked at; what lies between is in doubt."""

    surely: datetime
    latest: datetime

    def may_have_passed(self, moment: datetime | None) -> bool:
        return moment is not None and moment <= self.latest

    def has_passed(self, moment: datetime | None) -> bool:
        return moment is not None and moment <= self.surely


def check(seen: Seen, log: Log, histories: Mapping[str, History], now: datetime, zone: str, verdict: Verdict) -> None:
    """Plan every line anew and hold each ledger against it; follow the changes of each obligation."""
    time = Time(now - SLACK, now)
    for service, keeps in KEEPERS.items():
        rows = {row["key"]: json.loads(row["document"]) for row in seen.rows(service, "obligation")}
        verdict.obligations += len(rows)
        owed, marks = _planned(histories, now, zone, keeps)
        for key in owed.keys() | rows.keys():
            _hold(key, owed.get(key), rows.get(key), marks.get(key, UNTOUCHED), time, verdict)
        _chains(service, log, rows, verdict)
        lines = {row["line"] for row in seen.rows(service, "line")}
        for row in seen.rows(service, "obligation"):
            if row["line"] not in lines or not _agrees(row, rows[row["key"]]):
                verdict.wrong("orphan", f"{service}: obligation {row['key']} of line {row['line']}")


def _planned(
    histories: Mapping[str, History], now: datetime, zone: str, keeps: Callable[[str], bool]
) -> tuple[dict[str, Obligation], dict[str, Mark]]:
    """All that is owed in all lines, and what people's hands did to it."""
    owed: dict[str, Obligation] = {}
    marks: dict[str, Mark] = {}
    for history in histories.values():
        marks |= history.marks
        name = named(history)
        published = histories.get(f"{NO_ENGAGEMENT}/{name}") if name else None
        chosen = choose(published.effective, history) if published else None
        if chosen is not None:
            playbook = read(getattr(chosen.event, "document"))  # noqa: B009 - chosen among published playbooks
            owed |= plan(playbook, history, calendar_of(playbook, PLACES, zone), now, keeps)
    return owed, marks


def _hold(
    key: str, owed: Obligation | None, row: Mapping[str, Any] | None, mark: Mark, time: Time, verdict: Verdict
) -> None:
    """One obligation, as it is planned and as it is recorded."""
    is_owed = owed is not None and owed.reached and not owed.done
    if row is None:
        if is_owed or (mark.ended is not None and owed is not None and owed.reached):
            verdict.wrong("not owed", f"{key}, by fact {owed.because if owed else ''}")
    elif mark.ended is not None:
        state = "skipped" if mark.skipped else "done"
        if (row["state"], row["ended_because"]) != (state, mark.ended.fact.id):
            verdict.wrong("in another state", f"{key}: a hand made it {state}, and it is {row['state']}")
    elif owed is None or not is_owed:
        if row["state"] in OPEN:
            reason = "it is done" if owed and owed.done else "nothing obliges to it"
            verdict.wrong("open without a reason", f"{key}: {row['state']}, though {reason}")
    else:
        _hold_open(key, owed, row, time, verdict)


def _hold_open(key: str, owed: Obligation, row: Mapping[str, Any], time: Time, verdict: Verdict) -> None:
    """An obligation that plan and facts leave to time."""
    states = _states(owed, time)
    if owed.contact and row.get("ended_by") == "policy" and time.may_have_passed(owed.falls_due_at):
        # What policy forbids depends on the contacts of all engagements; that a fact tells it, the chain shows.
        states |= {"lapsed"}
    if row["state"] not in states:
        kind = "not fired" if row["state"] == "scheduled" and "due" in states else "in another state"
        verdict.wrong(kind, f"{key}: {row['state']}, must be {' or '.join(sorted(states))}; due {owed.falls_due_at}")
    if row["state"] in OPEN:
        for name, (mine, theirs) in _differences(owed, row):
            verdict.wrong("in other words", f"{key}: {name} is {theirs}, must be {mine}")
    # Whether it fell due or was escalated too early its facts tell: the plan may have changed since.
    if row["state"] == "due" and row["escalated_at"] is None and time.has_passed(owed.escalate_at):
        verdict.wrong("not fired", f"{key}: to be escalated at {owed.escalate_at}")


def _states(owed: Obligation, time: Time) -> set[str]:
    """What it may be by now."""
    states: set[str] = set()
    if time.may_have_passed(owed.lapse_at):
        # Whatever ended it before stays so, once it is too late to begin again.
        states |= {"lapsed", "done", "withdrawn", "skipped"}
    if time.may_have_passed(owed.closes_at):
        states |= {"done", "lapsed", "withdrawn"}
    if not time.has_passed(owed.lapse_at) and not time.has_passed(owed.closes_at):
        states |= {"due"} if time.may_have_passed(owed.falls_due_at) else set()
        states |= set() if time.has_passed(owed.falls_due_at) else {"scheduled"}
    return states


def _differences(owed: Obligation, row: Mapping[str, Any]) -> Iterator[tuple[str, tuple[object, object]]]:
    """Where an open row says something else than the plan."""
    pairs: dict[str, tuple[object, object]] = {name: (getattr(owed, name), row[name]) for name in SAME}
    pairs |= {name: (getattr(owed, name), _instant(row[name])) for name in INSTANTS}
    pairs["due_at"] = (owed.falls_due_at, _instant(row["due_at"]))
    pairs["planned_at"] = (owed.due_at, _instant(row["planned_at"]))
    pairs["to"] = (owed.owed_by, row["to"])
    return ((name, pair) for name, pair in pairs.items() if pair[0] != pair[1])


def _chains(service: str, log: Log, rows: Mapping[str, Mapping[str, Any]], verdict: Verdict) -> None:
    """Every change that this ledger said, obligation by obligation."""
    changes: dict[str, list[Mapping[str, Any]]] = {}
    for row in log.kept[service].values():
        if row["ledger"] and row["said"]:
            fact = told(row["body"])
            changes.setdefault(fact["data"][NAMES[service]], []).append(fact)
    hands = _hands(log, NAMES[service])
    for key in rows.keys() | changes.keys():
        if key not in rows or key not in changes:
            where = "the ledger alone" if key in rows else "facts alone"
            verdict.wrong("orphan", f"{service}: obligation {key} is in {where}")
            continue
        chain = Chain(key, 2 * hands.get(key, 0), verdict)
        chain.follow(changes[key])
        chain.end(rows[key])


def _hands(log: Log, name: str) -> dict[str, int]:
    """How many facts tell that somebody ended an obligation; each may end it, and its retraction let it begin again."""
    hands: dict[str, int] = {}
    for fact in log.inputs:
        if _is_end(fact) and (key := getattr(fact.event, name, None)) is not None:
            hands[key] = hands.get(key, 0) + 1
    return hands


def _is_end(fact: Fact) -> bool:
    return fact.event.type.split(".")[2] in {"follow_up_done", "follow_up_skipped", "evaluation_closed"}


def _agrees(columns: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Whether the columns of a row, by which it is found, say the same as its document."""
    same = ("state", "to", "kind", "team_id")
    return all(columns[name] == document[name] for name in same) and columns["engagement_id"] == document["engagement"]


def _instant(written: str | None) -> datetime | None:
    return instant(written) if written is not None else None
