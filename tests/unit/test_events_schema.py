"""The JSON Schemas ask for what the code asks for; every reference in them leads somewhere."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.catalogue import CATALOGUE
from shared.events.schema import schema, schemas

WORDS = Path(__file__).parents[1] / "words"
every_event = pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.type)


def nodes(told: Any) -> Iterator[dict[str, Any]]:
    if isinstance(told, dict):
        yield told
    for part in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from nodes(part)


def follow(told: dict[str, Any], reference: str) -> Any:
    for name in reference.removeprefix("#/").split("/"):
        told = told[name]
    return told


def references(told: dict[str, Any]) -> set[str]:
    return {node["$ref"] for node in nodes(told) if isinstance(node.get("$ref"), str)}


@every_event
def test_the_schema_of_an_event_is_whole_in_itself(event: type[Event]) -> None:
    told = schema(event)
    assert told["properties"]["type"] == {"const": event.type}
    assert told["properties"]["data"] == {"$ref": f"#/$defs/{event.__name__}"}
    assert all(follow(told, reference) for reference in references(told))


@every_event
def test_the_schema_needs_the_fields_that_the_code_needs(event: type[Event]) -> None:
    data = schema(event)["$defs"][event.__name__]
    needed = [name for name, field in event.model_fields.items() if field.is_required()]
    assert data.get("required", []) == needed
    assert list(data["properties"]) == list(event.model_fields)


def test_all_schemas_stand_together_without_meeting() -> None:
    told = schemas()
    assert [one["$ref"] for one in told["oneOf"]] == [f"#/$defs/{type_}" for type_ in CATALOGUE]
    assert all(follow(told, reference) for reference in references(told))
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize("file", sorted(WORDS.glob("*.json")), ids=lambda file: file.stem)
def test_what_a_schema_says_of_the_attributes_holds_for_the_golden_bodies(file: Path) -> None:
    body = json.loads(file.read_text(encoding="utf-8"))
    told = schema(CATALOGUE[body["type"]])
    assert set(told["required"]) <= set(body) <= set(told["properties"])
    for name, asked in told["properties"].items():
        assert body.get(name, asked.get("const")) == asked.get("const", body.get(name))
        assert re.search(asked.get("pattern", ""), str(body.get(name, "-")))


def test_every_pattern_is_read_alike_by_other_languages() -> None:
    patterns = {node["pattern"] for node in nodes(schemas()) if isinstance(node.get("pattern"), str)}
    assert patterns
    for pattern in patterns:
        re.compile(pattern)
        assert not re.search(r"\\[^x]|\(\?|\\x[^01257]", pattern), "only what ECMA 262, Python and Rust have in common"
