"""Fates: what trackers are told of their requests as it happens: received, answered, withdrawn, and what came of it."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events.base import NO_ENGAGEMENT, Fact, FactRetracted
from shared.events.beside import FATES as WORDS
from shared.events.evaluation import OutcomeRecorded
from shared.events.intake import TaRequestAnswered, TaRequestLogged, TaRequestWithdrawn
from shared.ids import fact_id
from shared.playbooks.history import History
from shared.playbooks.said import Said

TYPE = "throughline.request.{word}.v1"
FATES = frozenset(TYPE.format(word=word) for word in WORDS)
SOURCE = "/throughline/evaluation"
Seen = tuple[Said[OutcomeRecorded], str]
"""An outcome that stands, and where it was seen."""
OF_REQUESTS = (TaRequestLogged, TaRequestAnswered, TaRequestWithdrawn)


@dataclass(frozen=True, slots=True)
class Fate:
    """One thing that a tracker is told of one of its requests, byte for byte."""

    id: str
    line: str
    type: str
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """By which engagement a request that stands is answered, and in which jurisdiction."""

    engagement_id: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class OfOutcome:
    """What is told of an outcome beside the requests that its engagement answers in its place."""

    place: str
    word: str
    words: dict[str, Any]
    because: Fact
    names: tuple[str, ...]
    """What makes it one thing that is told once, beside the request."""


def of_request(
    before: History, after: History, new: Sequence[Fact], engagements: Mapping[str, History]
) -> Iterator[Fate]:
    """What is told of a request after something was said of it; nothing before it is known whose it is.

    With the outcomes that had been seen before it was answered, and those that are none of its own any more.
    """
    logged = _logged(after) or _logged(before)
    if logged is None:
        return
    said: Iterable[Fact] = new
    if _logged(before) is None:
        # What came before the request itself was told to nobody yet: what stands of it is told, not what was a mistake.
        earlier = sorted(after.facts.values(), key=lambda fact: (fact.recorded, fact.id))
        said = [fact for fact in earlier if not isinstance(fact.event, FactRetracted)]
    for fact in said:
        if fact.id not in after.retracted and (told := _of(fact, before)):
            word, words = told
            yield _fate(logged, word, words, fact, (fact.id,))
    for one in _of_answer(before, after, new[-1], engagements):
        yield _fate(logged, one.word, one.words, one.because, one.names)


def of_outcomes(before: History, after: History, new: Sequence[Fact]) -> Iterator[OfOutcome]:
    """What is told of the outcomes of an engagement after something was said in it: which were seen, and which not.

    An outcome that was seen elsewhere, as is known now, is taken back where it was told.
    """
    was, now = _seen(before), _seen(after)
    for id in [*now, *(was.keys() - now.keys())]:
        earlier, later = was.get(id), now.get(id)
        if earlier == later:
            continue
        ours = {one[0].fact.id for one in (earlier, later) if one}
        because = next((one for one in new if one.id in ours or _takes_back(one, ours)), new[-1])
        if earlier and (later is None or later[1] != earlier[1]):
            yield _taken_back(earlier, because)
        if later:
            yield _recorded(later, None if later[0].fact in new else because)


def to_request(request: History, one: OfOutcome) -> Fate | None:
    """What a tracker is told of an outcome, beside one of the requests that the engagement answers."""
    logged = _logged(request)
    return _fate(logged, one.word, one.words, one.because, one.names) if logged else None


def answer_of(request: History) -> Answer | None:
    """Which engagement answers this request, if it stands and any does."""
    found = [
        Answer(view.answered.event.engagement_id, view.logged.event.jurisdiction)
        for view in request.requests.values()
        if view.answered is not None and view.answered.event.engagement_id != NO_ENGAGEMENT
    ]
    return found[0] if found else None


def seen_by(answer: Answer, engagements: Mapping[str, History]) -> dict[str, Seen]:
    """The outcomes that are beside a request which is answered so, by id."""
    seen = _seen(engagements[answer.engagement_id])
    return {id: one for id, one in seen.items() if one[1] == answer.jurisdiction}


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


def _of_answer(
    before: History, after: History, because: Fact, engagements: Mapping[str, History]
) -> Iterator[OfOutcome]:
    """The outcomes beside a request since it is answered otherwise; of one that is withdrawn none is taken back."""
    was, now = answer_of(before), answer_of(after)
    if was == now:
        return
    if was and after.requests:
        yield from (_taken_back(one, because) for one in seen_by(was, engagements).values())
    if now:
        earlier = (fact.event for fact in before.facts.values() if isinstance(fact.event, TaRequestAnswered))
        again = _logged(before) is not None and now.engagement_id in {event.engagement_id for event in earlier}
        yield from (_recorded(one, because if again else None) for one in seen_by(now, engagements).values())


def _seen(history: History) -> dict[str, Seen]:
    """The changes that stand, and the jurisdiction in which each was seen; empty where that is not told."""
    found = {}
    for one in history.said.of(OutcomeRecorded):
        team = history.teams.get(one.event.team_id) if one.event.team_id else None
        found[one.event.outcome_id] = one, one.event.jurisdiction or (team.jurisdiction if team else "")
    return found


def _takes_back(fact: Fact, ids: Collection[str]) -> bool:
    return isinstance(fact.event, FactRetracted) and fact.event.fact_id in ids


def _recorded(seen: Seen, again: Fact | None) -> OfOutcome:
    """An outcome is told once, however it came; once more where it had been told and something brought it back."""
    (fact, event), place = seen
    words = {"level": event.level, "statement": event.statement, "seen_on": event.seen_on.isoformat()}
    names = (fact.id, again.id) if again else (fact.id,)
    return OfOutcome(place, "outcome_recorded", {**_named(event), **words}, again or fact, names)


def _taken_back(seen: Seen, because: Fact) -> OfOutcome:
    (fact, event), place = seen
    return OfOutcome(place, "outcome_taken_back", _named(event), because, (because.id, fact.id))


def _named(seen: OutcomeRecorded) -> dict[str, Any]:
    return {"engagement_id": seen.engagement_id, "outcome_id": seen.outcome_id, "revision": seen.revision}


def _fate(logged: TaRequestLogged, word: str, words: dict[str, Any], because: Fact, names: Iterable[str]) -> Fate:
    id = fact_id(TYPE.format(word=word), logged.request_id, *names, revision=0)
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
