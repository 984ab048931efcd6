"""`throughline events` and the page it makes: people find every event, what it means and what it looks like."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.cli.events import commands
from shared.events import wire
from shared.events.base import Event
from shared.events.catalogue import CATALOGUE, SPEAKERS
from shared.events.guide import in_words, summary

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
APP = commands(lambda: {"followup": ["eng.sessions.>"]})


def run(*words: str) -> Result:
    return CliRunner().invoke(APP, words)


def test_the_page_of_events_is_what_the_code_says() -> None:
    assert run("docs").stdout == PAGE.read_text(encoding="utf-8"), "write it again: make docs"


def test_the_page_shows_how_to_derive_an_id() -> None:
    snippet = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert snippet
    told: dict[str, object] = {}
    exec(snippet[1], told)
    assert str(told["fact_id"]) in PAGE.read_text(encoding="utf-8").split("```json")[1]


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.type)
def test_the_page_tells_type_meaning_and_every_field_of_each_event(event: type[Event]) -> None:
    section = PAGE.read_text(encoding="utf-8").split(f"\n### {event.__name__}\n")[1].split("\n### ")[0]
    assert event.type in section
    assert summary(event) in section
    assert set(event.model_fields) <= set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def test_the_list_has_a_line_for_each_event() -> None:
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(CATALOGUE)


def test_the_list_can_be_of_one_service() -> None:
    lines = run("list", "--service", "sessions").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [event.type for event in SPEAKERS["sessions"]]


def test_a_service_that_does_not_exist_is_answered_with_those_that_do() -> None:
    result = run("list", "--service", "billing")
    assert result.exit_code == 1
    assert result.stderr == "There is no service billing. There are: intake, sessions, followup, evaluation.\n"


@pytest.mark.parametrize("name", ["eng.sessions.session_held.v1", "session_held", "SessionHeld"])
def test_an_event_is_shown_with_its_meaning_its_fields_and_an_example(name: str) -> None:
    shown = run("show", name).stdout
    assert "a team that is missing from the attendance was absent" in shown
    assert re.search(r"resources +\(optional\) list of up to 1,000: one line of text", shown)
    fact = wire.decode(shown.partition("Example:\n")[2].encode())
    assert fact.event.type == "eng.sessions.session_held.v1"


def test_a_part_is_shown_with_the_event_it_is_part_of() -> None:
    assert re.search(r"Member\.role +one of lead_agency, ", run("show", "team_formed").stdout)


def test_a_name_that_several_services_use_shows_them_all() -> None:
    shown = run("show", "fact_retracted").stdout
    assert all(f"eng.{service}.fact_retracted.v1" in shown for service in SPEAKERS)


@pytest.mark.parametrize("command", ["show", "schema"])
@pytest.mark.parametrize(
    ("typed", "meant"), [("session_hold", "eng.sessions.session_held.v1"), ("TeamFromed", "eng.intake.team_formed.v1")]
)
def test_a_slip_of_the_hand_is_answered_with_what_was_meant(command: str, typed: str, meant: str) -> None:
    result = run(command, typed)
    assert result.exit_code == 1
    assert result.stderr == f"There is no event {typed}. Did you mean {meant}?\n"


def test_what_resembles_no_event_is_answered_with_the_list() -> None:
    assert run("show", "12345").stderr == "There is no event 12345. See `throughline events list`.\n"


def test_the_schema_of_a_name_that_several_use_has_to_be_asked_for_by_type() -> None:
    result = run("schema", "fact_retracted")
    assert result.exit_code == 1
    assert "Name one." in result.stderr


def test_schemas_and_channels_are_printed_as_json() -> None:
    assert json.loads(run("schema", "session_held").stdout)["title"] == "eng.sessions.session_held.v1"
    assert set(CATALOGUE) <= set(json.loads(run("schema").stdout)["$defs"])
    assert json.loads(run("asyncapi").stdout)["asyncapi"] == "3.0.0"


def test_what_a_field_holds_is_told_in_words() -> None:
    told = {"anyOf": [{"type": "array", "maxItems": 3, "items": {"$ref": "Step"}}, {"type": "null"}]}
    assert in_words(told) == "list of up to 3: [Step](#step)"
    assert in_words(told, mark="") == "list of up to 3: Step"
