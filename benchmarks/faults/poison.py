"""Poison: messages that nobody can handle, one of each form, and who has to put each of them aside."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.faults.kept import Poison

HEARERS = {
    "eng.intake.engagement_opened.v1": ("sessions", "followup", "evaluation"),
    "eng.intake.team_formed.v1": ("sessions", "followup", "evaluation"),
    "eng.intake.playbook_published.v1": ("followup", "evaluation"),
    "eng.intake.never_heard_of.v1": ("followup", "evaluation"),
    "eng.sessions.session_held.v1": ("followup", "evaluation"),
    "eng.evaluation.outcome_recorded.v1": ("followup",),
}
"""Who hears what on the bus, written down once more: the checker must not ask the product."""
OPENED, TEAM, HELD = "eng.intake.engagement_opened.v1", "eng.intake.team_formed.v1", "eng.sessions.session_held.v1"
PLAYBOOK, UNHEARD, OUTCOME = (
    "eng.intake.playbook_published.v1",
    "eng.intake.never_heard_of.v1",
    "eng.evaluation.outcome_recorded.v1",
)
LONG = 300_000
DEEP = 3_000


def forms(number: int) -> Iterator[Poison]:
    """One message of each form; another number makes other messages."""
    mark = f"rogue-{number}"
    yield _on_eng("not JSON", OPENED, mark, b'{"specversion": "1.0", ' + mark.encode())
    yield _on_eng("not UTF-8", HELD, mark, b"\xff\xfe" + mark.encode())
    yield _on_eng("nothing", TEAM, mark, b" " * (1 + number % 1000))
    yield _on_eng("no object", OUTCOME, mark, json.dumps([mark]).encode())
    yield _on_eng("too deep", OUTCOME, mark, f'{{"{mark}": {"[" * DEEP}{"]" * DEEP}}}'.encode())
    yield _on_eng("too long", HELD, mark, json.dumps({mark: "x" * LONG}).encode())
    yield _on_eng("said twice", TEAM, mark, f'{{"id": "{mark}", "id": "other"}}'.encode())
    yield _on_eng("wrong types", OPENED, mark, _cloud_event(OPENED, mark, {"opened_on": 7, "title": ["no"]}))
    yield _on_eng("unknown event", UNHEARD, mark, _cloud_event(UNHEARD, mark, {}))
    yield _on_eng("no playbook", PLAYBOOK, mark, _cloud_event(PLAYBOOK, mark, _no_playbook(mark)))
    for kind, body in _requests(mark):
        yield Poison(kind, f"inbound.requests.{mark}", body, ("intake",))


def contradiction(fact: Mapping[str, Any], number: int) -> Poison | None:
    """The words of a fact that everybody knows, changed under the same id."""
    changed = {**fact["data"], "lead": f"somebody-else-{number}"}
    if fact["type"] != TEAM:
        return None
    body = json.dumps({**fact, "data": changed}).encode()
    return Poison("contradiction", f"{TEAM}.{fact['data']['engagement_id']}", body, HEARERS[TEAM])


def _requests(mark: str) -> Iterator[tuple[str, bytes]]:
    """What a tracker sends and nobody can take: no reply subject, so it is put aside."""
    request = {"external_id": mark, "jurisdiction": "KY", "topic": "licensing", "need": "How?"}
    yield "request: not JSON", f"external_id: {mark}".encode()
    yield "request: not UTF-8", b"\xc3\x28" + mark.encode()
    yield "request: nowhere", json.dumps({**request, "jurisdiction": "Kentucky"}).encode()
    yield "request: nothing in it", json.dumps({"external_id": mark}).encode()
    yield "request: wrong type", json.dumps({**request, "logged_on": 20270111}).encode()


def _on_eng(kind: str, type_: str, mark: str, body: bytes) -> Poison:
    return Poison(kind, f"{type_}.{mark}", body, HEARERS[type_])


def _cloud_event(type_: str, mark: str, data: Mapping[str, Any]) -> bytes:
    told = {
        "specversion": "1.0",
        "id": mark,
        "type": type_,
        "source": "/rogue",
        "time": "2027-01-04T15:00:00Z",
        "data": {**data},
    }
    return json.dumps(told).encode()


def _no_playbook(mark: str) -> dict[str, Any]:
    return {"playbook": mark, "version": 1, "document": f"playbook: {mark}\nrules: none", "digest": "0"}
