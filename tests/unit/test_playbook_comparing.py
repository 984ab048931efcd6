"""Two playbooks compared: what is added, dropped, moved, reworded or the same, and in which words they differ."""

import json
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from shared.cli import playbook as commands
from shared.events import wire
from shared.events.base import Fact
from shared.playbooks.comparing import compare_over, counts, words
from shared.playbooks.history import History, fold
from shared.playbooks.model import Playbook
from shared.playbooks.places import Places
from tests.support.logs import HEADER, RULES, logs_of_an_engagement
from tests.support.saying import ENGAGEMENT, NOW, playbook, said
from tests.unit.test_planner_laws import INSTANTS, LAW

ASK = '- {name: ask, each: team, task: "Ask {jurisdiction}", to: facilitator, due: {wait: 2 weeks, after: formed}}\n'
LATER = ASK.replace("2 weeks", "3 weeks")
GREET = "- {name: greet, each: team, task: Greet, to: facilitator, due: {after: formed}}\n"
TEAM = [said("engagement_opened"), said("team_formed")]

app = typer.Typer()
app.add_typer(commands.app, name="playbook")


def run(*typed: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["playbook", "diff", *map(str, typed)])
    return result.exit_code, result.stdout, result.stderr


def kinds(old: str, new: str, facts: list[Fact]) -> dict[str, str]:
    """What becomes of each obligation, by rule/item/occurrence."""
    history = fold(History(ENGAGEMENT), facts)
    found = compare_over(playbook(old), playbook(new), history, Places(), NOW)
    return {one.key.split("/", 1)[1]: one.kind for one in found}


def test_a_longer_wait_moves_what_it_stands_on_and_leaves_the_rest() -> None:
    assert kinds(ASK + GREET, LATER + GREET, TEAM) == {"ask/ky/1": "moved", "greet/ky/1": "same"}


def test_a_new_rule_adds_and_one_that_is_gone_drops() -> None:
    assert kinds(ASK, GREET, TEAM) == {"ask/ky/1": "dropped", "greet/ky/1": "added"}


def test_another_title_or_role_rewords() -> None:
    assert kinds(ASK, ASK.replace("Ask {", "Please {"), TEAM) == {"ask/ky/1": "reworded"}
    assert kinds(ASK, ASK.replace("facilitator", "supervisor"), TEAM) == {"ask/ky/1": "reworded"}


def test_what_is_done_is_no_difference_whatever_the_new_version_says_of_its_date() -> None:
    done = said("follow_up_done", task_id=f"{ENGAGEMENT}/ask/ky/1", on="2027-01-05")
    assert kinds(ASK, LATER, [*TEAM, done]) == {}


def test_the_words_that_differ_are_told_by_their_paths() -> None:
    window = "window: {wait: 6 months, after: closed}\n"
    old = playbook(ASK + GREET, window)
    new = playbook(LATER, window.replace("6", "9"))
    assert {word.path: (word.before, word.after) for word in words(old, new)} == {
        "window.wait": ("6 months", "9 months"),
        "rules.ask.due.wait": ("2 weeks", "3 weeks"),
        "rules.greet": ("Greet", None),
    }


@settings(LAW, max_examples=15)
@given(logs_of_an_engagement(), INSTANTS, st.sampled_from([1, 3, 5]))
def test_a_playbook_differs_from_itself_in_nothing_and_from_another_as_that_from_it(
    log: list[Fact], now: object, left: int
) -> None:
    whole = playbook(RULES, HEADER)
    less = whole.model_copy(update={"rules": whole.rules[left:]})

    def told(old: Playbook, new: Playbook) -> dict[str, int]:
        return dict(counts(compare_over(old, new, fold(History("e1"), log), Places(), now)))  # type: ignore[arg-type]

    itself, there, back = told(whole, whole), told(whole, less), told(less, whole)
    assert sum(itself.values()) == itself["same"] == there["same"] + there["dropped"]
    assert (there["dropped"], there["added"]) == (back["added"], back["dropped"])


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two versions, and a log of an engagement with one team."""
    old, new, log = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "log.jsonl"
    header = "playbook: example\nversion: {}\ntitle: Example\nrules:\n"
    old.write_text(header.format(1) + ASK)
    new.write_text(header.format(2) + LATER)
    log.write_bytes(b"\n".join(map(wire.encode, TEAM)))
    return old, new, log


def test_a_diff_over_a_log_tells_the_dates_there(two: tuple[Path, Path, Path]) -> None:
    old, new, log = two
    code, out, _ = run(old, new, "--engagement", ENGAGEMENT, "--log", log)
    assert code == 0
    told = " ".join(out.split())
    assert "rules.ask.due.wait 2 weeks -> 3 weeks" in told
    assert "moved 2027-01-19 09:00 EST -> 2027-01-25 09:00 EST facilitator Ask KY ask/ky/1" in told
    assert "0 added, 0 dropped, 1 moved, 0 reworded, 0 the same." in told


def test_a_diff_over_an_imagined_engagement_is_told_for_machines(two: tuple[Path, Path, Path]) -> None:
    old, new, _ = two
    code, out, _ = run(old, new, "--start", "2027-01-04", "--teams", "KY", "--format", "json", "--exit-code")
    told = json.loads(out)
    assert code == 1
    assert told["counts"] == {"added": 0, "dropped": 0, "moved": 1, "reworded": 0, "same": 0}
    [difference] = told["differences"]
    assert (difference["change"], difference["key"]) == ("moved", "imagined/ask/team-ky/1")
    assert difference["was_due_at"] < difference["due_at"]


def test_playbooks_that_oblige_the_same_end_with_nothing_to_tell(two: tuple[Path, Path, Path]) -> None:
    assert run(two[0], two[0], "--exit-code")[0] == 0


def test_what_cannot_be_compared_is_told(two: tuple[Path, Path, Path]) -> None:
    old, new, log = two
    assert "name the engagement too" in run(old, new, "--log", log)[2]
    assert "nothing is said there of e9" in run(old, new, "--log", log, "--engagement", "e9")[2]
    assert "nowhere.yaml: cannot be read" in run("nowhere.yaml", new)[2]
    assert "a version is a number" in run("example@two", new)[2]
