"""Fates: what trackers are told of their requests as it happens: received, answered, withdrawn, and what came of it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events.base import NO_ENGAGEMENT, Fact, FactRetracted
from shared.events.beside import FATES as WORDS
from shared.events.evaluation import OutcomeRecorded
from shared.events.intake import TaRequestAnswered, TaRequestLogged, TaRequestWithdrawn
from shared.ids import fact_id
from shared.playbooks.history import History

TYPE = "throughline.request.{word}.v1"
FATES = frozenset(TYPE.format(word=word) for word in WORDS)
SOURCE = "/throughline/evaluation"
OF_REQUESTS = (TaRequestLogged, TaRequestAnswered, TaRequestWithdrawn)


@dataclass(frozen=True, slots=True)
class Fate:
    """One thing that a tracker is told of one of its requests, byte for byte."""

    id: str
    line: str
    type: str
    body: str


def of_request(before: History, after: History, new: Iterable[Fact]) -> Iterator[Fate]:
    """What is told of a request after something was said of it; nothing before it is known whose it is."""
    logged = _logged(after) or _logged(before)
    if logged is None:
        return
    # What came before the request itself was told to nobody yet.
    said = new if _logged(before) else sorted(after.facts.values(), key=lambda fact: (fact.recorded, fact.id))
    for fact in said:
        if told := _of(fact, before):
            word, words = told
            yield _fate(logged, word, words, fact)


def of_outcome(fact: Fact, before: History, after: History) -> tuple[str, str, dict[str, Any]] | None:
    """Where a change was seen, or is taken back, with the word for it and what is told; none where it is no change."""
    match fact.event:
        case OutcomeRecorded() as seen:
            words = {"level": seen.level, "statement": seen.statement, "seen_on": seen.seen_on.isoformat()}
            return _place(seen, after), "outcome_recorded", {**_named(seen), **words}
        case FactRetracted() as taken:
            target = before.facts.get(taken.fact_id) or after.facts.get(taken.fact_id)
            if target is not None and isinstance(target.event, OutcomeRecorded):
                return _place(target.event, after), "outcome_taken_back", _named(target.event)
    return None


def to_request(request: History, word: str, words: dict[str, Any], fact: Fact) -> Fate | None:
    """What a tracker is told of an outcome, beside one of the requests that the engagement answers."""
    logged = _logged(request)
    return _fate(logged, word, words, fact) if logged else None


def is_answered(request: History, engagement_id: str, jurisdiction: str) -> bool:
    """Whether this request stands, and is answered by this engagement in this jurisdiction."""
    return any(
        view.answered is not None
        and view.answered.event.engagement_id == engagement_id
        and view.logged.event.jurisdiction == jurisdiction
        for view in request.requests.values()
    )


def addressed(type_: str, body: str) -> tuple[str, str]:
    """To which tracker a fate goes, and the word for it."""
    return json.loads(body)["data"]["source"], type_.split(".")[2]


def _of(fact: Fact, before: History) -> tuple[str, dict[str, Any]] | None:
    match fact.event:
        case TaRequestLogged(revision=0):
            return "received", {}
        case TaRequestAnswered() as event:
            told = {"how": event.how, "answered_on": event.answered_on.isoformat()}
            by = {"engagement_id": event.engagement_id} if event.engagement_id != NO_ENGAGEMENT else {}
            return "answered", {**told, **by, "revision": event.revision}
        case TaRequestWithdrawn():
            return "withdrawn", {}
        case FactRetracted() as event if (target := before.facts.get(event.fact_id)) is not None:
            if isinstance(target.event, OF_REQUESTS):
                return ("withdrawn" if isinstance(target.event, TaRequestLogged) else "received"), {}
    return None


def _logged(history: History) -> TaRequestLogged | None:
    """The request as it was logged first: by its source and id there it is known."""
    found = [fact.event for fact in history.facts.values() if isinstance(fact.event, TaRequestLogged)]
    return min(found, key=lambda event: event.revision, default=None)


def _place(seen: OutcomeRecorded, history: History) -> str:
    """The jurisdiction in which it was seen; empty where that is not told."""
    team = history.teams.get(seen.team_id) if seen.team_id else None
    return seen.jurisdiction or (team.jurisdiction if team else "")


def _named(seen: OutcomeRecorded) -> dict[str, Any]:
    return {"engagement_id": seen.engagement_id, "outcome_id": seen.outcome_id, "revision": seen.revision}


def _fate(logged: TaRequestLogged, word: str, words: dict[str, Any], because: Fact) -> Fate:
    id = fact_id(TYPE.format(word=word), logged.request_id, because.id, revision=0)
    told: dict[str, Any] = {"specversion": "1.0", "id": id, "type": TYPE.format(word=word), "source": SOURCE}
    told |= {"subject": logged.request_id, "time": _written(because.time), "datacontenttype": "application/json"}
    told["data"] = {
        "request_id": logged.request_id,
        "source": logged.source,
        "external_id": logged.external_id,
        "fate": word,
        **words,
    }
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Fate(id, logged.line, told["type"], body)


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
