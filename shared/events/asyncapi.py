"""AsyncAPI 3.0: all channels of the bus, who says what on them and who hears it, made from the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.events import beside, wire
from shared.events.base import Event
from shared.events.beside import SCHEMA
from shared.events.catalogue import CATALOGUE, SPEAKERS, short, speaker
from shared.events.examples import example
from shared.events.schema import definitions, envelope

TITLE = "Throughline"
ABOUT = """Keeps the line of a technical-assistance engagement from the first request to the last outcome.

Each message on `eng.>` is one fact: a CloudEvents 1.0 document in structured JSON, kept for ever in the stream
`ENGAGEMENT`. What outside systems send goes to `inbound.>`; what could not be handled is told on `aside.>`. Copies of
outcomes and verdicts, for evaluators, stand on `outcomes.>` in the stream `OUTCOMES`; what becomes of requests, for
their trackers, on `fates.>` in the stream `FATES`. Everybody needs a key."""
ENGAGEMENT = "The engagement that it is about; - where there is none."


def document(hears: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The whole bus; `hears` tells for each service the subjects that it listens to, as types or NATS wildcards."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": TITLE,
            "version": "1.0.0",
            "description": ABOUT,
            "tags": [{"name": service} for service in SPEAKERS],
        },
        "defaultContentType": wire.CONTENT_TYPE,
        "servers": {"nats": _server()},
        "channels": {**_channels(), **beside.CHANNELS},
        "operations": {**_said(), **_heard(hears), **beside.OPERATIONS},
        "components": {
            "messages": {**_messages(), **beside.MESSAGES},
            "schemas": {**_schemas(), **beside.schemas()},
            "parameters": {
                "engagement": {"description": ENGAGEMENT, "examples": ["ncase-ost-2017", "-"]},
                "service": {"description": "The service that put it aside.", "enum": list(SPEAKERS)},
                "source": {"description": "The tracker that it comes from, by its id.", "examples": ["ncase"]},
                "fate": {"description": "What became of the request.", "enum": list(beside.FATES)},
            },
        },
    }


def matching(subject: str) -> list[str]:
    """The types that somebody who listens to this subject (or names this type) hears."""
    wanted = subject.split(".")
    return [type_ for type_ in CATALOGUE if type_ == subject or _covers(wanted, [*type_.split("."), "any"])]


def _covers(wanted: Sequence[str], told: Sequence[str]) -> bool:
    if wanted[-1:] == [">"]:
        return len(told) >= len(wanted) and _covers(wanted[:-1], told[: len(wanted) - 1])
    return len(told) == len(wanted) and all(a in ("*", b) for a, b in zip(wanted, told, strict=True))


def _server() -> dict[str, Any]:
    return {
        "host": "{host}",
        "protocol": "nats",
        "description": "A NATS server with JetStream: the embedded one (`throughline up` prints it), or a cluster.",
        "variables": {"host": {"default": "127.0.0.1:4222"}},
    }


def _name(type_: str) -> str:
    return f"{speaker(type_)}.{short(type_)}"


def _channels() -> dict[str, Any]:
    return {
        _name(type_): {
            "address": f"{type_}.{{engagement}}",
            "title": event.__name__,
            "summary": _summary(event),
            "parameters": {"engagement": {"$ref": "#/components/parameters/engagement"}},
            "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}},
        }
        for type_, event in CATALOGUE.items()
    }


def _said() -> dict[str, Any]:
    return {f"{speaker(type_)}.says.{short(type_)}": _operation("send", speaker(type_), type_) for type_ in CATALOGUE}


def _heard(hears: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        f"{service}.hears.{_name(type_)}": _operation("receive", service, type_)
        for service, subjects in hears.items()
        for type_ in _in_order(type_ for subject in subjects for type_ in matching(subject))
    }


def _in_order(types: Iterable[str]) -> list[str]:
    heard = set(types)
    return [type_ for type_ in CATALOGUE if type_ in heard]


def _operation(action: str, service: str, type_: str) -> dict[str, Any]:
    channel = f"#/channels/{_name(type_)}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"{channel}/messages/{CATALOGUE[type_].__name__}"}],
    }


def _messages() -> dict[str, Any]:
    return {
        event.__name__: {
            "name": type_,
            "title": event.__name__,
            "summary": _summary(event),
            "contentType": wire.CONTENT_TYPE,
            "payload": {"$ref": SCHEMA.format(model=type_)},
            "examples": [{"name": short(type_), "payload": wire.document(example(event))}],
        }
        for type_, event in CATALOGUE.items()
    }


def _schemas() -> dict[str, Any]:
    whole = {type_: envelope(event, SCHEMA) for type_, event in CATALOGUE.items()}
    return {**whole, **definitions(CATALOGUE.values(), SCHEMA)}


def _summary(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]
