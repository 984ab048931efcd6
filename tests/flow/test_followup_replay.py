"""A log that is replayed obliges to the same as when it happened; bad lines are named by their row, the rest counts."""

import json
from pathlib import Path
from typing import Any

import pytest

from services import replay
from services.replay import COLUMNS, obligations
from shared.clock import VirtualClock
from shared.errors import Malformed
from shared.events import wire
from shared.events.base import Fact, say
from shared.events.log import end_of
from tests.support.http import E1, prepared
from tests.support.saying import held, said, session
from tests.support.services import PLAYBOOK

FACTS = [
    said("engagement_opened"),
    said("team_formed"),
    session(1, "2027-01-12T15:00:00-05:00"),
    held(1, "2027-01-12T15:00:00-05:00"),
]


@pytest.fixture
def playbooks(tmp_path: Path) -> Path:
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "example.yaml").write_text(PLAYBOOK)
    return folder


def written(tmp_path: Path, *lines: Fact | bytes) -> Path:
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"\n".join(line if isinstance(line, bytes) else wire.encode(line) for line in lines) + b"\n")
    return log


def replayed(capsys: pytest.CaptureFixture[str], log: Path, playbooks: Path, until: str) -> list[dict[str, Any]]:
    assert replay.run(log, playbooks, until, "json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_log_tells_what_became_of_every_obligation(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = replayed(capsys, written(tmp_path, *FACTS), playbooks, "2027-01-18")
    assert [tuple(row) for row in rows] == [COLUMNS] * len(rows)
    assert [(row["key"], row["state"], row["due_at"], row["fired_at"]) for row in rows] == [
        ("e1/absent/ky@s1/1", "due", "2027-01-14T14:00:00Z", "2027-01-14T14:00:00Z"),
        ("e1/ask/ky/1", "scheduled", "2027-01-19T14:00:00Z", None),
        ("e1/mid/e1/1", "due", "2027-01-13T14:00:00Z", "2027-01-13T14:00:00Z"),
        ("e1/remind/s1/1", "overdue", "2027-01-05T14:00:00Z", "2027-01-05T14:00:00Z"),
    ]


def test_the_order_and_the_repetition_of_lines_make_no_difference(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once = replayed(capsys, written(tmp_path, *FACTS), playbooks, "2027-02-01")
    twice = replayed(capsys, written(tmp_path, *reversed(FACTS), *FACTS), playbooks, "2027-02-01")
    assert once == twice


def test_what_happens_after_the_end_is_not_played(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = replayed(capsys, written(tmp_path, *FACTS), playbooks, "2027-01-11")
    assert {row["key"]: row["state"] for row in rows} == {
        "e1/ask/ky/1": "scheduled",
        "e1/remind/s1/1": "due",
        "e1/mid/e1/1": "expected",
    }


def test_bad_lines_are_named_by_row_and_field_and_the_rest_is_played(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(wire.encode(FACTS[1]))
    wrong = {**document, "data": {**document["data"], "jurisdiction": "Kentucky"}}
    unknown = {**document, "type": "eng.intake.team_fromed.v1"}
    lines: list[Fact | bytes] = [
        FACTS[0],
        b"{",
        json.dumps(wrong).encode(),
        b"",
        json.dumps(unknown).encode(),
        b"\xff",
        *FACTS[1:],
    ]
    log = written(tmp_path, *lines)
    assert replay.run(log, playbooks, "2027-01-18", "json") == 0
    told = capsys.readouterr()
    assert len(json.loads(told.out)) == 4
    complaints = told.err.splitlines()
    assert [line.split()[0] for line in complaints] == [f"{log}:{row}" for row in (2, 3, 5, 6)]
    assert "is not JSON" in complaints[0]
    assert "data.jurisdiction: must be the USPS code" in complaints[1]
    assert "did you mean eng.intake.team_formed.v1?" in complaints[2]
    assert "is not UTF-8" in complaints[3]


def test_of_two_lines_that_contradict_each_other_the_second_is_refused(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contrary = said("team_formed", jurisdiction="VI")
    assert replay.run(written(tmp_path, *FACTS, contrary), playbooks, "2027-01-18", "table") == 0
    told = capsys.readouterr()
    assert "Ask KY for its plan" in told.out
    assert "This was said before" in told.err and contrary.id in told.err


async def test_the_story_of_an_engagement_replayed_obliges_to_the_same(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with prepared() as world:
        await world.do("/tasks/do", task_id="e1/remind/s1/1")
        await world.do("/tasks/snooze", task_id="e1/absent/vi@s1/1", until="2027-01-25")
        await world.do("/tasks/hand-over", task_id="e1/ask/vi/1", to="supervisor")
        await world.until("2027-01-20")
        await world.do("/plans/reject", **E1, plan_id="p1", reason="No lead agency")
        wrong = await world.do("/sessions/cancel", **E1, session_id="s2", reason="Snow")
        await world.do("/facts/retract", fact_id=wrong["facts"][0]["id"], reason="It takes place")
        await world.until("2027-02-20")
        await world.do("/rounds/answer", round_id="e1/mid/e1/1", answer_id="a1", answers={"useful": 4})
        await world.do("/engagements/close", **E1, reason="completed")
        await world.until("2027-03-10")
        story = await world.get("/engagements/e1/story")
        lived = [
            one.model_dump(mode="json", include=set(COLUMNS)) for one in await obligations(world.services.values())
        ]
    assert any("follow_up_scheduled" in fact["type"] for fact in story)
    facts, refused = replay.facts_of(written(tmp_path, *(json.dumps(fact).encode() for fact in story)))
    rows, errors = await _rows(facts, playbooks)
    assert (refused, errors) == ([], [])
    assert {row["key"]: row for row in rows} == {row["key"]: row for row in lived}


async def _rows(facts: list[Fact], playbooks: Path) -> tuple[list[dict[str, Any]], list[str]]:
    refused: list[str] = []
    async with replay.staged(VirtualClock(min(fact.time for fact in facts))) as (stage, services):
        for event in replay.published_in(playbooks):
            await stage.say(say(event, replay.BEGINNING))
        end = end_of("2027-03-10T12:00:00-05:00")
        await stage.play(facts, end, lambda fact, error: refused.append(f"{fact.event.type}: {error}"))
        found = await obligations(services)
    return [one.model_dump(mode="json", include=set(COLUMNS)) for one in found], refused


@pytest.mark.parametrize("until", ["2027-13-01", "soon", ""])
def test_an_end_that_is_no_day_is_refused(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str], until: str
) -> None:
    with pytest.raises(Malformed, match="must be a day like 2018-10-31"):
        end_of(until)
    assert replay.run(written(tmp_path, *FACTS), playbooks, until or "never", "json") == 1
    assert "--until" in capsys.readouterr().err


def test_a_log_or_a_folder_that_is_not_there_is_told(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay.run(tmp_path / "none.jsonl", playbooks, None, "json") == 1
    assert "none.jsonl" in capsys.readouterr().err
    assert replay.run(written(tmp_path, *FACTS), tmp_path / "nowhere", None, "json") == 1
    assert "is no folder" in capsys.readouterr().err


def test_a_log_without_an_end_is_played_to_its_last_fact(
    tmp_path: Path, playbooks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay.run(written(tmp_path, *FACTS), playbooks, None, "table") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["due", "(UTC)", "state", "to", "key", "title"]
    assert len(told) == 5
