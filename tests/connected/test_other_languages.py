"""Systems of others, in another language: a tracker hands in the demo's requests, an evaluator's reads its outcomes."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services import demo
from services.__main__ import app
from shared.events import wire
from shared.events.base import Fact
from shared.events.evaluation import GoalAssessed, OutcomeRecorded
from shared.events.intake import EngagementOpened, TaRequestLogged, TeamFormed
from tests.support.calendars import node
from tests.support.up import PATIENCE, ROOT, Up, a_folder, an_up

LOG = [wire.decode(line) for line in demo.LOG.read_bytes().splitlines()]
WAYS = {
    EngagementOpened: "/engagements",
    TeamFormed: "/teams",
    OutcomeRecorded: "/outcomes",
    GoalAssessed: "/goals/assess",
}
"""Where the people of the demo say what they say."""
EVALUATOR, SOURCE = "ky-university", "ncase"
NOT_SAID = {"source"}
"""Of an outcome that somebody records, Throughline itself knows where it is from."""


def told(*kinds: type) -> list[Fact]:
    """What the demo tells of these kinds, in its order."""
    return [fact for fact in LOG if isinstance(fact.event, kinds)]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    playbooks = {one: (demo.PLAYBOOKS / f"{one}.yaml").read_text() for one in ("peer-learning-community", "desk")}
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", **playbooks)) as running:
        yield running


def subscribe(up: Up, kind: str, name: str) -> Path:
    """Let somebody onto the bus as its administrator does; where their key is."""
    done = CliRunner(env={**up.keys, "THROUGHLINE_NATS": "", "THROUGHLINE_NATS_KEYS": ""}).invoke(
        app, ["subscribe", kind, name]
    )
    assert done.exit_code == 0, done.output
    return up.folder / "data" / "nats" / "keys" / f"{kind}-{name}.nk"


def in_node(script: str, *words: object, given: str = "") -> list[dict[str, Any]]:
    """What a program of theirs writes out, line by line."""
    command = [node(), str(ROOT / "tests" / "support" / script), *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def say(up: Up, fact: Fact) -> None:
    """Have somebody say by HTTP what they say in the demo."""
    words = fact.event.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude=NOT_SAID)
    up.post(WAYS[type(fact.event)], **words)


@pytest.mark.slow
def test_a_tracker_hands_in_the_requests_of_the_demo_and_an_evaluator_reads_its_outcomes(up: Up) -> None:
    requests = [one.event.model_dump(mode="json", exclude_none=True) for one in told(TaRequestLogged)]
    apart = ("engagement_id", "revision", "source")
    lines = [json.dumps({name: one[name] for name in one if name not in apart}) for one in requests]
    key = subscribe(up, "tracker", SOURCE)
    answers = in_node("nats_tracker.mjs", up.bus, key, SOURCE, given="\n".join(lines))
    assert [one["accepted"] for one in answers] == [True] * 6
    assert [one["request_id"] for one in answers] == [one["request_id"] for one in requests]
    assert [one["facts"] for one in answers] == [[fact.id] for fact in told(TaRequestLogged)]

    key = subscribe(up, "evaluator", EVALUATOR)
    for fact in told(EngagementOpened, TeamFormed, OutcomeRecorded, GoalAssessed):
        say(up, fact)
    wanted = [fact.id for fact in told(OutcomeRecorded, GoalAssessed)]
    assert len(wanted) == 8
    read = in_node("nats_evaluator.mjs", up.bus, key, EVALUATOR, 5)
    rest = in_node("nats_evaluator.mjs", up.bus, key, EVALUATOR, 4)
    assert [one["id"] for one in read + rest[1:]] == wanted, "in the order in which they were said, each once"
    assert rest[0] == read[-1], "what was not confirmed comes again, letter for letter"

    people = set(
        re.findall(r'"((?:[a-z]{2}|ncase-[a-z]+)-\d{1,2})"', json.dumps([wire.document(fact) for fact in LOG]))
    )
    assert len(people) > 20
    text = json.dumps(read + rest)
    assert [person for person in people if f'"{person}"' in text] == [], "and nobody is named in them"
    assert {one["subject"] for one in read + rest} == {"ncase-ost-2017"}
