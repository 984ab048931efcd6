"""The AsyncAPI document: the official parser reads it, every channel is there, and each service sends what it says."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from services import demo
from services.__main__ import app
from shared.events import wire
from shared.events.asyncapi import document, matching
from shared.events.catalogue import CATALOGUE, SPEAKERS, short, speaker
from shared.events.examples import example
from shared.events.sessions import SessionHeld
from tests.support.asyncapi import complaints, unlike
from tests.unit.test_events_schema import follow, references

HEARS = {"followup": ["eng.intake.>", "eng.sessions.>"], "sessions": ["eng.intake.team_formed.v1.*"]}
TOLD: dict[str, Any] = document(HEARS)
WHOLE: dict[str, Any] = json.loads(CliRunner().invoke(app, ["events", "asyncapi"]).stdout)


def test_the_document_has_the_parts_that_asyncapi_asks_for() -> None:
    assert TOLD["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(TOLD["info"])
    assert all({"host", "protocol"} <= set(server) for server in TOLD["servers"].values())
    assert all(set(TOLD[part]) for part in ("channels", "operations", "components"))
    assert json.loads(json.dumps(TOLD)) == TOLD


def test_the_official_parser_has_nothing_against_the_document() -> None:
    assert complaints(WHOLE) == []


def test_what_the_demo_says_is_as_the_document_tells() -> None:
    log = [wire.decode(line) for line in demo.LOG.read_bytes().splitlines()]
    assert len(log) > 100
    assert unlike(WHOLE, log) == []


def test_what_is_not_as_the_document_tells_is_noticed() -> None:
    held = example(SessionHeld)
    assert unlike(WHOLE, [held]) == []
    [one] = unlike(WHOLE, [replace(held, event=held.event.model_copy(update={"minutes": -5}))])
    assert one.startswith("SessionHeld") and "-5" in one


def test_every_reference_leads_somewhere() -> None:
    assert all(follow(TOLD, reference) for reference in references(TOLD))


def test_names_are_such_as_asyncapi_allows() -> None:
    for part in TOLD["components"].values():
        assert all(re.fullmatch(r"[\w.-]+", name) for name in part)


def test_every_placeholder_in_an_address_is_explained() -> None:
    for channel in TOLD["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"] or "")) == set(channel.get("parameters", ()))


@pytest.mark.parametrize("type_", CATALOGUE)
def test_every_event_has_a_channel_a_message_and_a_speaker(type_: str) -> None:
    name, kind = f"{speaker(type_)}.{short(type_)}", CATALOGUE[type_].__name__
    assert TOLD["channels"][name]["address"] == f"{type_}.{{engagement}}"
    message = follow(TOLD, TOLD["channels"][name]["messages"][kind]["$ref"])
    assert (message["name"], message["contentType"]) == (type_, "application/cloudevents+json")
    assert follow(TOLD, message["payload"]["$ref"])["properties"]["type"] == {"const": type_}
    said = TOLD["operations"][f"{speaker(type_)}.says.{short(type_)}"]
    assert (said["action"], said["channel"]) == ("send", {"$ref": f"#/channels/{name}"})


@pytest.mark.parametrize("type_", CATALOGUE)
def test_the_example_of_a_message_is_a_fact(type_: str) -> None:
    [shown] = TOLD["components"]["messages"][CATALOGUE[type_].__name__]["examples"]
    assert wire.understand(shown["payload"]).event.type == type_


def test_messages_of_an_operation_are_messages_of_its_channel() -> None:
    for operation in TOLD["operations"].values():
        assert operation["action"] in ("send", "receive")
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")


def test_a_service_receives_what_it_hears_and_nothing_else() -> None:
    heard = {
        service: {name for name in TOLD["operations"] if name.startswith(f"{service}.hears.")} for service in SPEAKERS
    }
    assert heard["sessions"] == {"sessions.hears.intake.team_formed"}
    assert len(heard["followup"]) == len(SPEAKERS["intake"]) + len(SPEAKERS["sessions"])
    assert heard["intake"] == {"intake.hears.requests"}
    assert not heard["evaluation"]


def test_trackers_and_what_was_put_aside_have_their_channels() -> None:
    addresses = {channel["address"] for channel in TOLD["channels"].values()}
    assert {"inbound.requests.{source}", "fates.{source}.{fate}", "aside.{service}"} <= addresses
    assert TOLD["operations"]["intake.hears.requests"]["reply"]["messages"]


@pytest.mark.parametrize(
    ("subject", "count"),
    [
        ("eng.>", len(CATALOGUE)),
        (">", len(CATALOGUE)),
        ("eng.*.fact_retracted.v1.*", len(SPEAKERS)),
        ("eng.sessions.session_held.v1", 1),
        ("eng.sessions.session_held.v1.ncase-ost-2017", 0),
        ("eng.sessions.session_held.v1.*", 1),
        ("eng.sessions.*", 0),
        ("eng.evaluation.>", len(SPEAKERS["evaluation"])),
        ("inbound.>", 0),
    ],
)
def test_subjects_are_matched_as_nats_matches_them(subject: str, count: int) -> None:
    assert len(matching(subject)) == count
