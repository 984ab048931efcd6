"""Facts on the wire: each is one CloudEvents 1.0 document in structured JSON, on the bus, in files, in webhooks."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from shared.errors import Malformed, Problem
from shared.events.base import Event, Fact, Part, happened
from shared.events.catalogue import CATALOGUE, nearest, speaker
from shared.events.complaints import complaints, malformed
from shared.events.fields import FactId, Instant, Name, is_slug, plain, refusal
from shared.events.strict_json import LIMIT, read
from shared.events.upcasts import upcast

CONTENT_TYPE = "application/cloudevents+json"
ATTRIBUTE = re.compile(r"[a-z0-9]{1,64}")
JSON_TYPE = re.compile(r"application/([a-z0-9.-]+\+)?json *(;.*)?", re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AROUND = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
"""How the attributes are written."""

M = TypeVar("M", bound=BaseModel)


def _json_type(value: object) -> object:
    if isinstance(value, str) and not JSON_TYPE.fullmatch(value):
        raise refusal("must be application/json: facts are said in JSON")
    return value


def _attribute(value: object) -> object:
    if not isinstance(value, str | int):
        raise refusal("must be text, a whole number, true or false, as every attribute of a CloudEvent")
    return plain(value)


class Envelope(Part):
    """The attributes of a CloudEvent around what a fact says; unknown ones are extensions, and kept."""

    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(_attribute)]] = Field(init=False)

    specversion: Literal["1.0"]
    id: FactId
    type: Name
    source: Name
    subject: Name | None = None
    time: Instant | None = None
    datacontenttype: Annotated[Name, BeforeValidator(_json_type)] = "application/json"
    recordedtime: Instant | None = None
    causationid: FactId | None = None
    data: dict[str, Any]


def encode(fact: Fact, limit: int = LIMIT) -> bytes:
    """The fact as it goes over the wire; raises Malformed where it would be too long to be heard."""
    around = AROUND.encode(_attributes(fact))
    # The words last, by the one who knows them: to write them twice, once as a document, took half of the time.
    body = f'{around[:-1]},"data":{fact.event.model_dump_json(exclude_none=True)}}}'.encode()
    if len(body) > limit:
        raise Malformed(f"is too long: {len(body):,} bytes, where {limit:,} can be said", "data")
    return body


def document(fact: Fact) -> dict[str, Any]:
    """The fact as a CloudEvent, ready to be written as JSON."""
    return {**_attributes(fact), "data": fact.data}


def _attributes(fact: Fact) -> dict[str, Any]:
    """All that a CloudEvent says around its data."""
    event = fact.event
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": fact.id,
        "type": event.type,
        "source": _source(event),
        "subject": event.engagement_id,
        "time": _written(fact.time),
        "datacontenttype": "application/json",
        "recordedtime": _written(fact.recorded),
    }
    if fact.cause is not None:
        told["causationid"] = fact.cause
    if (jurisdiction := getattr(event, "jurisdiction", None)) is not None:
        told["jurisdiction"] = jurisdiction
    return {**told, **fact.extensions}


def decode(body: bytes, limit: int = LIMIT) -> Fact:
    """The fact that these bytes say; raises Malformed with one problem for each field that is wrong."""
    return understand(read(body, limit))


def understand(told: Mapping[str, Any]) -> Fact:
    """The fact that a CloudEvent says, once it is read as JSON.

    What is left out is filled in where it can only mean one thing: the engagement from `subject`, `time` from the words
    or from `recordedtime`, `recordedtime` from `time`.
    """
    problems: list[Problem] = []
    envelope = _checked(Envelope, told, "", problems)
    event = _event(told.get("type"), told.get("subject"), told.get("data"), problems)
    if envelope is not None and event is not None:
        problems.extend(_disagreements(envelope, event))
    if problems or envelope is None or event is None:
        raise malformed(problems)
    recorded = envelope.recordedtime or envelope.time
    time = envelope.time or happened(event, recorded or EPOCH)
    return Fact(envelope.id, event, time, recorded or time, envelope.causationid, _extensions(envelope, event))


def _event(type_: object, subject: object, data: object, problems: list[Problem]) -> Event | None:
    """What the data says, if type and data can be read at all; where they cannot, the envelope has complained."""
    if not isinstance(type_, str) or not isinstance(data, dict):
        return None
    type_, words = upcast(type_, data)
    if type_ not in CATALOGUE:
        meant = nearest(type_)
        problems.append(Problem("type", "is not known here" + (f"; did you mean {meant}?" if meant else "")))
        return None
    kind = CATALOGUE[type_]
    if words.get("engagement_id") is None and not kind.outside and isinstance(subject, str) and is_slug(subject):
        words = {**words, "engagement_id": subject}
    return _checked(kind, words, "data", problems)


def _checked(kind: type[M], told: Mapping[str, Any], under: str, problems: list[Problem]) -> M | None:
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        problems.extend(complaints(error.errors(include_url=False, include_input=False), under))
        return None


def _disagreements(envelope: Envelope, event: Event) -> list[Problem]:
    """Where the attributes say something else than the words, or not enough."""
    extras = envelope.model_extra or {}
    found = [
        Problem(name if name.isidentifier() and name.isascii() else "", "has small letters and digits only in its name")
        for name in extras
        if not ATTRIBUTE.fullmatch(name)
    ]
    if not event.outside and envelope.subject not in (None, event.engagement_id):
        found.append(Problem("subject", "must be the same as data.engagement_id"))
    if extras.get("jurisdiction", place := getattr(event, "jurisdiction", None)) != place and place is not None:
        found.append(Problem("jurisdiction", "must be the same as data.jurisdiction"))
    if envelope.time is None and envelope.recordedtime is None and event.happened is None:
        found.append(Problem("time", "is missing, and nothing in data tells when it happened"))
    return found


def _extensions(envelope: Envelope, event: Event) -> dict[str, Any]:
    """What the envelope says that the words do not; a source of somebody else's is kept as such."""
    extras = envelope.model_extra or {}
    said = getattr(event, "jurisdiction", None) is not None
    kept = {name: value for name, value in extras.items() if not (said and name == "jurisdiction")}
    return kept if envelope.source == _source(event) else {"source": envelope.source, **kept}


def _source(event: Event) -> str:
    return f"/throughline/{speaker(event.type)}"


def _written(moment: datetime) -> str:
    """The moment with the offset it was told with; Z for UTC."""
    return moment.isoformat().replace("+00:00", "Z")
