"""JSON Schemas of what goes over the wire: the whole CloudEvent of each type, made from the classes."""

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.events.base import NO_ENGAGEMENT, Event
from shared.events.catalogue import CATALOGUE, speaker
from shared.events.fields import PRINTED, SLUG

DIALECT = "https://json-schema.org/draft/2020-12/schema"
HERE = "#/$defs/{model}"
INSTANT = {"type": "string", "format": "date-time"}
ID = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": PRINTED}


def schema(event: type[Event]) -> dict[str, Any]:
    """What a CloudEvent of this event looks like, whole in itself."""
    said = definitions([event], HERE)
    return {"$schema": DIALECT, **envelope(event, HERE), "$defs": said}


def schemas() -> dict[str, Any]:
    """What every CloudEvent looks like, each under its type in $defs."""
    whole = {type_: envelope(event, HERE) for type_, event in CATALOGUE.items()}
    return {
        "$schema": DIALECT,
        "title": "Everything that is said in Throughline",
        "oneOf": [{"$ref": HERE.format(model=type_)} for type_ in whole],
        "$defs": {**whole, **definitions(CATALOGUE.values(), HERE)},
    }


def definitions(events: Iterable[type[Event]], template: str) -> dict[str, Any]:
    """The schema of each event's data and of its parts, by class; they refer to one another by `template`."""
    _, told = models_json_schema([(event, "validation") for event in events], ref_template=template)
    return {name: _terse(one, top=True) for name, one in sorted(told["$defs"].items())}


def envelope(event: type[Event], template: str) -> dict[str, Any]:
    """The attributes around an event's data, whose own schema it refers to by `template`."""
    subject = {"const": NO_ENGAGEMENT} if event.outside else {"type": "string", "pattern": SLUG}
    told = {
        "specversion": {"const": "1.0"},
        "id": {**ID, "description": "derived from what it says, or the one that it came with"},
        "type": {"const": event.type},
        "source": {"type": "string", "minLength": 1, "examples": [f"/throughline/{speaker(event.type)}"]},
        "subject": {**subject, "description": "the engagement; - where there is none"},
        "time": {**INSTANT, "description": "when it happened in the world"},
        "datacontenttype": {"const": "application/json"},
        "recordedtime": {**INSTANT, "description": "when it was said"},
        "causationid": {**ID, "description": "the fact because of which it was said"},
    }
    if "jurisdiction" in event.model_fields:
        told["jurisdiction"] = {"type": "string", "description": "the same as in data"}
    return {
        "title": event.type,
        "type": "object",
        "required": ["specversion", "id", "type", "source", "data"],
        "properties": {**told, "data": {"$ref": template.format(model=event.__name__)}},
        "additionalProperties": {"type": ["string", "integer", "boolean"]},
    }


def _terse(told: Any, top: bool = False) -> Any:
    """Without the titles that only repeat the name of a field."""
    if isinstance(told, list):
        return [_terse(part) for part in told]
    if not isinstance(told, dict):
        return told
    return {name: _terse(part) for name, part in told.items() if top or name != "title" or not isinstance(part, str)}
