"""The golden bodies beside this file are the language as it is spoken: what was once said stays readable for ever.

A test that fails here says that facts already on somebody's bus or disk would be read differently. A new event needs a
new file; an old file is never changed.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat

from shared.events import wire
from shared.events.base import Event
from shared.events.catalogue import CATALOGUE, short, speaker
from shared.events.examples import example

HERE = Path(__file__).parent
GOLDEN = sorted(HERE.glob("*.json"))
EVENTS = sorted(CATALOGUE.values(), key=lambda event: event.type)

golden = pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)


def body(file: Path) -> bytes:
    """The golden body as it would come over the bus: on one line."""
    return json.dumps(words(file), ensure_ascii=False, separators=(",", ":")).encode()


def words(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def test_every_event_has_a_golden_body_and_every_golden_body_an_event() -> None:
    assert [file.stem for file in GOLDEN] == sorted(f"{speaker(type_)}.{short(type_)}" for type_ in CATALOGUE)


@golden
def test_a_golden_body_is_read_and_written_again_byte_for_byte(file: Path) -> None:
    assert wire.encode(wire.decode(body(file))) == body(file)


@golden
def test_the_id_of_a_golden_fact_is_derived_from_its_words(file: Path) -> None:
    fact = wire.decode(body(file))
    assert fact.id == fact.event.derived_id


@golden
def test_a_golden_body_shows_every_field_of_its_event(file: Path) -> None:
    told = words(file)
    assert set(told["data"]) == set(CATALOGUE[told["type"]].model_fields)


@golden
def test_a_golden_body_is_a_cloudevent_to_others_too(file: Path) -> None:
    told, fact = words(file), wire.decode(body(file))
    theirs = JSONFormat().read(None, wire.encode(fact))
    assert (theirs.get_id(), theirs.get_type(), theirs.get_source()) == (fact.id, fact.event.type, told["source"])
    assert (theirs.get_specversion(), theirs.get_subject()) == ("1.0", fact.event.engagement_id)
    assert (theirs.get_time(), theirs.get_datacontenttype()) == (fact.time, "application/json")
    assert theirs.get_extension("recordedtime") == told["recordedtime"]
    assert theirs.get_data() == told["data"]


@golden
def test_what_others_write_of_a_golden_body_is_the_same_fact_to_us(file: Path) -> None:
    theirs = JSONFormat().write(JSONFormat().read(None, body(file)))
    assert wire.decode(theirs) == wire.decode(body(file))


@every_event
def test_the_example_of_each_event_says_all_that_it_can_say(event: type[Event]) -> None:
    fact = example(event)
    assert all(getattr(fact.event, name) is not None for name in type(fact.event).model_fields)
    assert wire.decode(wire.encode(fact)) == fact
