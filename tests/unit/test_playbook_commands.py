"""The commands `playbook check`, `schema`, `words` and `simulate`, as somebody types them."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from shared.cli import playbook, simulate
from shared.playbooks.model import DESK
from shared.shelf import whole

FOLDER = Path(__file__).parents[2] / "playbooks"
FILES = sorted(FOLDER.glob("*.yaml"))
COMMUNITY = FOLDER / "peer-learning-community.yaml"

app = typer.Typer()
app.add_typer(playbook.app, name="playbook")
app.command()(simulate.simulate)


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def simulated(*words: object) -> list[dict]:
    code, out, _ = run("simulate", *words, "--format", "json")
    assert code == 0
    return json.loads(out)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sound_playbook_is_told_in_words_with_dates(file: Path) -> None:
    code, out, _ = run("playbook", "check", file, "--start", "2027-01-04")
    assert code == 0
    assert all(rule.name in out for rule in whole(file, FOLDER).playbook.rules)


def test_a_rule_is_told_as_one_would_say_it() -> None:
    _, out, _ = run("playbook", "check", COMMUNITY, "--start", "2027-01-04")
    told = " ".join(out.split())
    assert "2 business days after each session is held, for each team only if present is false" in told
    assert "1 month after the engagement closes, then every month, 6 times in all" in told
    assert "for example 2027-" in told


def test_an_unsound_playbook_is_told_by_file_line_and_field(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("playbook: x\nversion: one\ntitle: T\n")
    assert run("playbook", "check", file) == (1, "", f"{file}:2 version: must be a whole number\n")


def test_a_rule_that_can_never_fire_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    rule = "- {name: r, each: team, task: T, to: facilitator, due: {after: left}}"
    file.write_text(f"playbook: x\nversion: 1\ntitle: T\nrules:\n{rule}\n")
    code, out, told = run("playbook", "check", file)
    assert (code, out) == (1, "")
    assert told == f"{file}:5 rules[0].due.after: can never fire: a team that left is no item any more\n"


def test_a_rule_that_comes_too_late_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    rule = "- {name: r, each: session, task: T, to: facilitator, due: {wait: 1 week, before: held}}"
    file.write_text(f"playbook: x\nversion: 1\ntitle: T\nrules:\n{rule}\n")
    code, out, told = run("playbook", "check", file)
    assert code == 0
    assert "1 week before each session is held" in out
    assert "rules[0].due.before: comes too late" in told


def test_a_sign_off_whose_words_tell_no_day_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    for words, is_noted in (("30 working days before first session", True), ("30 days before first session", False)):
        file.write_text(f"playbook: x\nversion: 1\ntitle: T\nteams: {{signed_off: {words}}}\n")
        code, _, told = run("playbook", "check", file)
        assert code == 0
        assert (f"note: {file}:4 teams.signed_off: '{words}' tells no day" in told) == is_noted


def test_a_file_that_is_not_there_is_told() -> None:
    code, _, told = run("playbook", "check", "nowhere.yaml")
    assert code == 1
    assert told.startswith("nowhere.yaml: cannot be read")


def test_the_schema_is_json_and_the_words_are_tables() -> None:
    code, out, _ = run("playbook", "schema")
    assert (code, json.loads(out)["title"]) == (0, "Playbook")
    code, out, _ = run("playbook", "words")
    assert code == 0
    assert "#### attendance: each team at each held session" in out


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_simulation_has_the_fields_of_a_replay(file: Path) -> None:
    rows = simulated(file, "--start", "2027-01-04")
    assert [row["key"] for row in rows] == sorted(row["key"] for row in rows)
    for row in rows:
        assert [name for name in row if name != "held_back"] == [
            "key", "engagement", "rule", "kind", "item", "occurrence", "to", "title", "due_at", "state", "because",
        ]  # fmt: skip
        assert row["key"] == f"{row['engagement']}/{row['rule']}/{row['item']}/{row['occurrence']}"
        assert row["state"] in {"scheduled", "expected"}
        assert datetime.fromisoformat(row["due_at"]).utcoffset() is not None


def test_a_simulation_shows_nearly_every_rule_of_a_whole_engagement() -> None:
    shown = {row["rule"] for row in simulated(COMMUNITY, "--start", "2027-01-04")}
    rules = {rule.name for rule in whole(COMMUNITY, FOLDER).playbook.rules}
    assert len(shown) > 0.7 * len(rules)
    assert {"summary-to-absent", "ask-for-plan", "team-lead-meeting", "mid", "end"} <= shown


def test_a_simulation_is_of_the_teams_that_are_named() -> None:
    rows = simulated(COMMUNITY, "--start", "2027-01-04", "--teams", "GU,VI")
    assert {row["item"] for row in rows if row["rule"] == "ask-for-plan"} == {"team-gu", "team-vi"}
    [first, *_] = [row for row in rows if row["item"] == "team-gu"]
    assert first["due_at"].endswith("T23:00:00Z"), "nine in the morning on Guam"


def test_a_simulation_of_the_desk_is_about_requests() -> None:
    rows = simulated(FOLDER / f"{DESK}.yaml", "--start", "2027-01-04", "--teams", "KY")
    assert {row["engagement"] for row in rows} == {"-"}


def test_a_simulation_as_a_table_is_in_the_order_of_dates() -> None:
    code, out, _ = run("simulate", COMMUNITY, "--start", "2027-01-04")
    dates = [line[:10] for line in out.splitlines()[1:]]
    assert code == 0
    assert dates == sorted(dates)


def test_the_same_start_gives_the_same_schedule() -> None:
    assert simulated(COMMUNITY, "--start", "2028-02-29") == simulated(COMMUNITY, "--start", "2028-02-29")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--start", "soon"), "--start: 'soon' is not a day like 2027-01-04"),
        (("--start", "9999-01-01"), "lies outside the years"),
        (("--start", "2027-01-04", "--teams", "KY,XX"), "--teams: XX: no jurisdiction that is known here"),
        (("--start", "2027-01-04", "--teams", ","), "--teams: name at least one jurisdiction"),
    ],
)
def test_what_cannot_be_simulated_is_told(words: tuple[str, ...], told: str) -> None:
    code, _, error = run("simulate", COMMUNITY, *words)
    assert code == 1
    assert told in error


def test_a_playbook_without_an_end_can_be_simulated(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    rule = "- {name: r, each: engagement, task: T, to: f, due: {after: opened}, repeat: {every: 1 month}}"
    file.write_text(f"playbook: x\nversion: 1\ntitle: T\nsessions: {{planned: 900, every: 1 day}}\nrules:\n{rule}\n")
    assert len(simulated(file, "--start", "2027-01-04")) > 12
