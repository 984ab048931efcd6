"""`throughline replay`: what is wrong with a log or a folder of playbooks is told, and its neighbours go on."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.replay import run
from shared.events import wire
from shared.events.base import Fact
from shared.events.log import end_of
from tests.support.saying import HEADER, said, session

ASK = "rules:\n- {name: ask, each: team, task: T, to: facilitator, due: {wait: 1 week, after: formed}}\n"
THANK = "rules:\n- {name: thank, each: session, task: T, to: facilitator, due: {wait: 1 day, after: held}}\n"
TEAM = (said("engagement_opened"), said("team_formed"))


class Replayed:
    """What a replay printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys
        (folder / "playbooks").mkdir()

    def playbook(self, name: str, text: str | bytes) -> None:
        """This file lies in the folder of playbooks."""
        (self._folder / "playbooks" / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def of(self, *facts: Fact, until: str = "2027-02-01") -> tuple[dict[str, Any], str]:
        """The obligations by key, without the engagement, and what was said to standard error."""
        log = self._folder / "log.jsonl"
        log.write_bytes(b"\n".join(map(wire.encode, facts)))
        assert run(log, self._folder / "playbooks", until, "json") == 0
        printed = self._capsys.readouterr()
        return {row["key"].split("/", 1)[1]: row for row in json.loads(printed.out)}, printed.err


@pytest.fixture
def replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Replayed:
    return Replayed(tmp_path, capsys)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (HEADER.replace("example", "another") + ASK.replace("formed", "fromed"), "did you mean formed?"),
        (HEADER.replace("version: 1", "version: 2") + ASK.replace("formed", "fromed"), "did you mean formed?"),
        ("{{{", "is not YAML"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_playbook_with_an_error_is_told_and_the_good_ones_rule(
    replay: Replayed, broken: str | bytes, reason: str
) -> None:
    replay.playbook("a.yaml", HEADER + ASK)
    replay.playbook("b.yaml", broken)
    owed, complaint = replay.of(*TEAM)
    assert list(owed) == ["ask/ky/1"]
    assert "b.yaml" in complaint
    assert reason in complaint


def test_of_two_texts_under_one_version_the_first_file_rules_and_the_other_is_told(replay: Replayed) -> None:
    replay.playbook("a.yaml", HEADER + ASK)
    replay.playbook("b.yaml", HEADER + ASK.replace("1 week", "2 weeks"))
    owed, complaint = replay.of(*TEAM)
    assert owed["ask/ky/1"]["due_at"] == "2027-01-11T14:00:00Z"
    assert "b.yaml: example version 1 is another text in" in complaint


def test_one_text_in_two_files_is_one_playbook(replay: Replayed) -> None:
    replay.playbook("a.yaml", HEADER + ASK)
    replay.playbook("b.yml", HEADER + ASK)
    owed, complaint = replay.of(*TEAM)
    assert (list(owed), complaint) == (["ask/ky/1"], "")


def test_an_engagement_whose_playbook_nobody_has_is_told(replay: Replayed) -> None:
    assert replay.of(*TEAM) == ({}, "e1: there is no playbook example, so nothing is owed\n")


def test_a_playbook_may_come_with_the_log(replay: Replayed) -> None:
    owed, complaint = replay.of(said("playbook_published", document=HEADER + ASK), *TEAM)
    assert (list(owed), complaint) == (["ask/ky/1"], "")


def test_what_a_person_skipped_before_its_moment_is_not_expected_any_more(replay: Replayed) -> None:
    replay.playbook("a.yaml", HEADER + THANK)
    facts = [said("engagement_opened"), *(session(n, f"2027-03-0{n}T14:00:00-05:00") for n in (1, 2))]
    skipped = said("follow_up_skipped", task_id="e1/thank/s1/1", on="2027-01-05")
    owed, _ = replay.of(*facts, skipped)
    assert {key: row["state"] for key, row in owed.items()} == {"thank/s2/1": "expected"}


@pytest.mark.parametrize("day", ["2027-02-01", "20270201"])
def test_the_last_day_is_played_to_its_end(day: str) -> None:
    assert end_of(day) == datetime(2027, 2, 1, 23, 59, 59, 999999, UTC)
