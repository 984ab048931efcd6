"""The demo on a real server: nothing falls due twice, nothing is missing, and its story shows what it promises."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from services import demo
from services.__main__ import app
from services.demo import Outcome
from services.demo.highlights import MOMENTS, highlights
from services.demo.printing import Printer
from services.replay import COLUMNS
from shared.events.base import Fact
from shared.events.log import end_of
from shared.events.wire import decode
from tests.support.asyncapi import unlike

WIDTH = 120


@dataclass
class Seen:
    """What somebody at a terminal of 120 columns saw, and what it came to."""

    outcome: Outcome
    lines: list[str]


@pytest.fixture(scope="module")
def log() -> list[Fact]:
    return [decode(line) for line in demo.LOG.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def seen(log: list[Fact], tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The whole example, played once."""
    screen = StringIO()
    printer = Printer(Console(file=screen, width=WIDTH, highlight=False))
    folder = tmp_path_factory.mktemp("demo")
    outcome = asyncio.run(demo.play(folder, log, end_of("2018-10-31"), printer.tell))
    printer.end_of_day()
    return Seen(outcome, screen.getvalue().splitlines())


@pytest.mark.slow
def test_nothing_falls_due_twice_and_nothing_is_missing(seen: Seen) -> None:
    assert (seen.outcome.twice, seen.outcome.missing) == ([], [])


def test_all_that_was_said_in_the_log_is_told(seen: Seen, log: list[Fact]) -> None:
    assert {fact.id for fact in log} <= {entry.fact.id for entry in seen.outcome.story.entries}


def test_all_that_was_said_is_as_the_asyncapi_document_tells(seen: Seen) -> None:
    document = json.loads(CliRunner().invoke(app, ["events", "asyncapi"]).stdout)
    facts = [entry.fact for entry in seen.outcome.story.entries]
    assert len({fact.event.type for fact in facts}) > 30
    assert unlike(document, facts) == []


def test_the_story_shows_the_moments_for_which_this_software_is_made(seen: Seen) -> None:
    shown = {one.name: (one.date.isoformat(), one.sentence) for one in highlights(seen.outcome.story.told)}
    assert list(shown) == list(MOMENTS)
    assert [date for date, _ in shown.values()] == [
        "2017-10-31", "2017-12-12", "2017-12-14", "2018-01-03", "2018-01-17", "2018-02-28", "2018-03-14", "2018-04-10",
        "2018-09-21",
    ]  # fmt: skip
    assert "New Hampshire is at risk. Nobody in the team speaks for the lead agency" in shown["a team at risk"][1]
    assert "Florida misses it" in shown["a team that missed a session"][1]
    assert "from Tue 9 Jan to Tue 16 Jan" in shown["a session moved"][1]
    assert "20 days after it fell due" in shown["a task done late"][1]
    assert "ncase-facilitator-2" in shown["a facilitator replaced"][1]
    assert "New Hampshire" in shown["a plan rejected, its follow-ups withdrawn"][1]
    assert "3 follow-ups" in shown["a plan rejected, its follow-ups withdrawn"][1]


def test_requests_came_over_the_bus_and_were_answered(seen: Seen) -> None:
    answers = [turn.answer for turn in seen.outcome.story.told if turn.answer]
    assert len(answers) == 6
    assert all("inbound.requests.ncase" in answer and "accepted as ncase-2017-" in answer for answer in answers)


def test_the_story_is_short_enough_to_be_read_and_fits_its_terminal(seen: Seen) -> None:
    assert 250 <= len(seen.lines) <= 500
    assert max(map(len, seen.lines)) <= WIDTH


def test_machines_get_the_same_as_one_document(seen: Seen) -> None:
    document = json.loads(json.dumps(demo.document(seen.outcome, seconds=12.34)))
    assert set(document) == {"events", "obligations", "highlights", "summary"}
    assert set(document["events"][0]) == {"date", "kind", "sentence", "type", "fact"}
    assert set(document["obligations"][0]) == set(COLUMNS)
    summary = document["summary"]
    assert (summary["missing"], summary["twice"], summary["seconds"]) == ([], [], 12.3)
    states = Counter(row["state"] for row in document["obligations"])
    assert states.keys() == {"done", "lapsed", "withdrawn", "skipped"}
    assert summary["counts"]["lapsed"] == states["lapsed"]
    assert summary["counts"]["skipped"] == states["skipped"]
    assert summary["counts"]["rounds opened"] == summary["counts"]["rounds closed"] == 6
