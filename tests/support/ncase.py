"""NCASE's engagement, as the example tells it, and what its playbook obliges at any hour of it."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.events.base import Fact
from shared.events.wire import decode
from shared.playbooks.history import History, fold
from shared.playbooks.model import Playbook
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of, plan
from shared.shelf import whole

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
NCASE = "ncase-ost-2017"
EASTERN = ZoneInfo("America/New_York")


@lru_cache
def playbook(name: str) -> Playbook:
    return whole(PLAYBOOKS / f"{name}.yaml", PLAYBOOKS).playbook


@lru_cache
def log() -> tuple[Fact, ...]:
    lines = (PLAYBOOKS / "examples/peer-learning-community.jsonl").read_bytes().splitlines()
    return tuple(decode(line) for line in lines)


def planned(by: str, history: History, now: datetime) -> Mapping[str, Obligation]:
    """What the playbook of this name makes of a history."""
    return plan(playbook(by), history, calendar_of(playbook(by), Places()), now)


@lru_cache
def owed(when: str) -> Mapping[str, Obligation]:
    """All that is owed in the engagement at this hour in Washington: done or not, reached or only expected."""
    now = datetime.fromisoformat(when).replace(tzinfo=EASTERN)
    history = fold(History(NCASE), [fact for fact in log() if fact.time <= now])
    return planned("peer-learning-community", history, now)


def task(when: str, key: str) -> Obligation:
    """The obligation of this key (without the engagement), as it stands at this hour."""
    return owed(when)[f"{NCASE}/{key}"]


def is_owed(when: str, key: str) -> bool:
    return f"{NCASE}/{key}" in owed(when)


def due(when: str, key: str) -> str:
    """The local day and hour on which it is due."""
    it = task(when, key)
    return f"{it.due_at.astimezone(ZoneInfo(it.zone)):%Y-%m-%d %H:%M}"


def of_rule(when: str, rule: str) -> list[Obligation]:
    return [it for it in owed(when).values() if it.rule == rule]


def on_a_desk() -> list[Obligation]:
    """All tasks that anybody ever finds on a desk, each as it stood when it was first found there."""
    found: dict[str, Obligation] = {}
    history = History(NCASE)
    for fact in log():
        history = fold(history, [fact])
        for key, it in planned("peer-learning-community", history, fact.time).items():
            if it.kind == "task" and it.reached and not it.done and it.falls_due_at <= fact.time:
                found.setdefault(key, it)
    return list(found.values())
