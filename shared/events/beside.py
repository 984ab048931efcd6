"""What goes over the bus besides facts: what trackers send and are told, and what was put aside; for AsyncAPI."""

from typing import Any

from shared.events.catalogue import CATALOGUE, SPEAKERS
from shared.events.schema import definitions

SCHEMA = "#/components/schemas/{model}"
LOGGED = ("request_id", "external_id", "jurisdiction", "topic", "need", "logged_on", "follows", "revision")
WITHDRAWN = ("request_id", "external_id", "reason")
PROBLEMS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field", "reason"],
        "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
    },
}
FATES = ("received", "answered", "withdrawn", "outcome_recorded", "outcome_taken_back")
"""What trackers are told of their requests, in a word each."""
ANSWERS: dict[str, Any] = {
    "InboundAnswer": {
        "title": "InboundAnswer",
        "type": "object",
        "description": "What was recorded, or every field that was wrong.",
        "required": ["accepted"],
        "properties": {
            "accepted": {"type": "boolean", "description": "whether it was understood and recorded"},
            "request_id": {"type": "string", "description": "the request's id here"},
            "facts": {
                "type": "array",
                "items": {"type": "string"},
                "description": "ids of the facts that now stand",
            },
            "new": {"type": "boolean", "description": "false where all of it had been said before"},
            "status": {"type": "integer", "description": "where it was refused: 422, 409 or 404"},
            "problems": PROBLEMS,
        },
    },
    "Fate": {
        "title": "Fate",
        "type": "object",
        "description": "A CloudEvent: what became of a request. Its id is the same however often it comes.",
        "required": ["specversion", "id", "type", "source", "subject", "time", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string"},
            "type": {"enum": [f"throughline.request.{fate}.v1" for fate in FATES]},
            "source": {"type": "string"},
            "subject": {"type": "string", "description": "the request's id here"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "data": {
                "type": "object",
                "required": ["request_id", "source", "external_id", "fate"],
                "properties": {
                    **{name: {"type": "string"} for name in ("request_id", "source", "external_id")},
                    "fate": {"enum": list(FATES)},
                },
            },
        },
    },
    "PutAside": {
        "title": "PutAside",
        "type": "object",
        "required": ["aside_id", "subject", "problems"],
        "properties": {
            "aside_id": {"type": "string", "description": "its id, for `throughline aside show`"},
            "subject": {"type": "string", "description": "where the message came from"},
            "problems": PROBLEMS,
        },
    },
}


def schemas() -> dict[str, Any]:
    """What goes over the bus besides facts."""
    logged, withdrawn = (CATALOGUE[f"eng.intake.ta_request_{what}.v1"] for what in ("logged", "withdrawn"))
    told = definitions([logged, withdrawn], SCHEMA)
    fields = {**told[withdrawn.__name__]["properties"], **told[logged.__name__]["properties"]}
    inbound = [logged.type, withdrawn.type, "PlainRequest", "PlainWithdrawal"]
    return {
        "PlainRequest": {
            "title": "PlainRequest",
            "type": "object",
            "description": "A TA request as a tracker exports it; the source is told by the subject.",
            "required": ["external_id", "jurisdiction", "topic", "need"],
            "properties": {name: fields[name] for name in LOGGED},
        },
        "PlainWithdrawal": {
            "title": "PlainWithdrawal",
            "type": "object",
            "description": "A TA request that is taken back, named by its id here or in the tracker.",
            "required": ["withdrawn", "reason"],
            "properties": {"withdrawn": {"const": True}, **{name: fields[name] for name in WITHDRAWN}},
        },
        "InboundRequest": {"anyOf": [{"$ref": SCHEMA.format(model=one)} for one in inbound]},
        **ANSWERS,
    }


def _message(name: str, summary: str) -> dict[str, Any]:
    payload = {"$ref": SCHEMA.format(model=name)}
    return {"name": name, "summary": summary, "contentType": "application/json", "payload": payload}


def _channel(address: str | None, parameters: tuple[str, ...], message: str, summary: str) -> dict[str, Any]:
    named = {one: {"$ref": f"#/components/parameters/{one}"} for one in parameters}
    told = {"parameters": named} if named else {}
    messages = {message: {"$ref": f"#/components/messages/{message}"}}
    return {"address": address, "summary": summary, **told, "messages": messages}


MESSAGES = {
    "InboundRequest": _message("InboundRequest", "A TA request: a CloudEvent, or plain JSON."),
    "InboundAnswer": _message("InboundAnswer", "What became of it, for whoever asked with a reply subject."),
    "Fate": _message("Fate", "What became of a request, for its tracker."),
    "PutAside": _message("PutAside", "A message could not be handled, and waits for somebody to look at it."),
}
CHANNELS = {
    "inbound.requests": _channel(
        "inbound.requests.{source}", ("source",), "InboundRequest", "Where trackers put their requests."
    ),
    "inbound.answers": _channel(None, (), "InboundAnswer", "The reply subject that the tracker named, if it did."),
    "fates": _channel("fates.{source}.{fate}", ("source", "fate"), "Fate", "What became of a tracker's requests."),
    "aside": _channel("aside.{service}", ("service",), "PutAside", "What could not be handled."),
}
OPERATIONS = {
    "intake.hears.requests": {
        "action": "receive",
        "channel": {"$ref": "#/channels/inbound.requests"},
        "tags": [{"name": "intake"}],
        "messages": [{"$ref": "#/channels/inbound.requests/messages/InboundRequest"}],
        "reply": {
            "channel": {"$ref": "#/channels/inbound.answers"},
            "messages": [{"$ref": "#/channels/inbound.answers/messages/InboundAnswer"}],
        },
    },
    "evaluation.tells.fates": {
        "action": "send",
        "channel": {"$ref": "#/channels/fates"},
        "tags": [{"name": "evaluation"}],
        "messages": [{"$ref": "#/channels/fates/messages/Fate"}],
    },
    **{
        f"{service}.puts.aside": {
            "action": "send",
            "channel": {"$ref": "#/channels/aside"},
            "tags": [{"name": service}],
            "messages": [{"$ref": "#/channels/aside/messages/PutAside"}],
        }
        for service in SPEAKERS
    },
}
