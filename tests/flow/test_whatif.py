"""What if: a log under another policy, held against what was; and nothing is written or said by asking."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from services import whatif
from services.whatif import Asked, ask
from shared.errors import Malformed
from shared.events import wire
from shared.events.base import Fact
from shared.playbooks.model import read
from shared.playbooks.model.setting import with_words
from tests.support.saying import ENGAGEMENT, said
from tests.support.services import PLAYBOOK, published

CLOSED = said("engagement_closed", closed_on="2027-02-01")
FACTS = (said("engagement_opened"), said("team_formed"), CLOSED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log of an engagement that has closed, and the playbook that ruled it."""
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "example.yaml").write_text(PLAYBOOK)
    return tmp_path


def question(folder: Path, *settings: str, facts: tuple[Fact, ...] = FACTS, **more: Any) -> Asked:
    log = folder / "log.jsonl"
    log.write_bytes(b"\n".join(map(wire.encode, facts)))
    told = {"playbook": "example", "until": "2027-12-31", **more}
    return Asked(settings=settings, log=log, playbooks=folder / "playbooks", **told)


def changes(folder: Path, *settings: str, **more: Any) -> dict[str, tuple[str, str, str]]:
    """What would have been otherwise: the change, and the state before and after, by rule/item/occurrence."""
    weighed, refused = ask(question(folder, *settings, **more))
    assert refused == []
    return {
        one.key.split("/", 1)[1]: (one.kind, one.was.state if one.was else "", one.would.state if one.would else "")
        for one in weighed.changes
        if one.kind != "same"
    }


def test_a_policy_that_changes_nothing_changes_nothing(folder: Path) -> None:
    assert changes(folder, "title=Another") == {}


def test_a_longer_wait_would_have_moved_what_fell_due(folder: Path) -> None:
    assert changes(folder, 'rules.ask.due.wait="3 weeks"') == {"ask/ky/1": ("moved", "overdue", "overdue")}


def test_a_shorter_window_would_have_spared_the_call_and_a_rule_less_its_tasks(folder: Path) -> None:
    assert changes(folder, "window.wait=2 weeks") == {"call/ky/1": ("dropped", "lapsed", "")}
    assert changes(folder, "rules.ask=") == {"ask/ky/1": ("dropped", "overdue", "")}


def test_a_longer_window_would_have_kept_the_call_open(folder: Path) -> None:
    assert changes(folder, "window.wait=12 months") == {"call/ky/1": ("ended", "lapsed", "overdue")}


def test_a_cap_on_contacts_would_have_suppressed_the_second(folder: Path) -> None:
    visit = (
        '- {name: visit, each: team, task: "Visit {jurisdiction}", to: facilitator, contact: true,'
        " due: {wait: 5 weeks, after: closed}}\n"
    )
    (folder / "playbooks" / "example.yaml").write_text(PLAYBOOK + visit)
    caps = "contacts={caps: [{by: team, most: 1, in: 2 months}]}"
    assert changes(folder, caps, until="2027-04-01") == {"visit/ky/1": ("suppressed", "overdue", "lapsed")}
    weighed, _ = ask(question(folder, caps, until="2027-04-01"))
    assert {one.suppressed_by for one in weighed.changes if one.kind == "suppressed"} == {"cap"}


def test_another_rule_would_have_owed_something_besides(folder: Path) -> None:
    rule = 'rules.greet={each: team, task: "Greet {jurisdiction}", to: facilitator, due: {after: formed}}'
    assert changes(folder, rule) == {"greet/ky/1": ("owed", "", "overdue")}


def test_what_was_done_by_hand_stays_done_and_what_has_no_task_any_more_stands_apart(folder: Path) -> None:
    done = said("follow_up_done", task_id=f"{ENGAGEMENT}/ask/ky/1", on="2027-01-20", at="2027-01-20T12:00:00-05:00")
    facts = (*FACTS[:2], done, CLOSED)
    assert changes(folder, 'rules.ask.due.wait="1 week"', facts=facts) == {"ask/ky/1": ("moved", "done", "done")}
    weighed, _ = ask(question(folder, "rules.ask=null", facts=facts))
    assert [(fact.id, key) for fact, key in weighed.apart] == [(done.id, f"{ENGAGEMENT}/ask/ky/1")]


def test_the_published_versions_of_the_log_are_what_was_and_the_policy_rules_in_their_place(folder: Path) -> None:
    facts = (published(PLAYBOOK.replace("2 weeks, after: formed", "4 weeks, after: formed")), *FACTS)
    told = changes(folder, facts=facts, playbook=str(folder / "playbooks" / "example.yaml"))
    assert told == {"ask/ky/1": ("moved", "overdue", "overdue")}


def test_another_model_can_be_tried_in_the_place_of_the_one_that_ruled(folder: Path) -> None:
    other = folder / "other.yaml"
    other.write_text("playbook: other\nversion: 7\ntitle: None at all\n")
    told = changes(folder, playbook=str(other), instead_of="example", engagement=ENGAGEMENT)
    assert {change for change, _, _ in told.values()} == {"dropped"}


def test_only_the_engagement_that_is_asked_for_is_told(folder: Path) -> None:
    other = (said("engagement_opened", engagement_id="e2"), said("team_formed", engagement_id="e2"))
    weighed, _ = ask(question(folder, "rules.ask=", facts=(*FACTS, *other), engagement="e2"))
    assert {change.key.split("/")[0] for change in weighed.changes} == {"e2"}
    assert weighed.engagements == ("e2",)


def test_an_engagement_that_the_log_does_not_know_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert whatif.run(question(folder, "rules.ask=", engagement="e11"), "table") == 1
    assert "--engagement: nothing is said there of e11, did you mean e1?" in capsys.readouterr().err


def test_nothing_is_written_anywhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(folder, "window.wait=2 weeks")
    data = folder / "data"
    monkeypatch.setenv("THROUGHLINE_DATA", str(data))
    before = fingerprints(folder)
    assert whatif.run(asked, "json") == 0
    assert fingerprints(folder) == before
    assert not data.exists()


def test_it_is_told_for_people_and_for_machines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert whatif.run(question(folder, "window.wait=2 weeks"), "table") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "What if example version 1, with window.wait=2 weeks had ruled from the beginning? It rules e1." in told
    assert "not owed 2027-03-01 14:00 lapsed - facilitator Call KY e1/call/ky/1" in told
    assert whatif.run(question(folder, "window.wait=2 weeks"), "json") == 0
    told = json.loads(capsys.readouterr().out)
    [change] = told["changes"]
    assert (change["change"], change["would"], change["was"]["state"]) == ("dropped", None, "lapsed")
    assert told["counts"]["dropped"] == 1


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (["window"], "'window' is not path=value"),
        (["window.wait=1 year"], "--set window.wait: '1 year': years are not a unit"),
        (
            ["rules.ask.due.after=fromed"],
            "--set rules.ask.due.after: team has no moment 'fromed', did you mean formed?",
        ),
        (["rules.aks.to=evaluator"], "--set rules.aks.to: there is no rule 'aks', did you mean ask?"),
        (["windw.wait=1 month"], "--set windw: is not a word of playbooks, did you mean window?"),
        (["title.of=x"], "--set title.of: title has no words of its own; set it as a whole"),
        (["rules.ask=3"], "--set rules.ask: is a rule: set one of its words"),
        (["title={"], "is not YAML"),
        (["rules=5", "rules.ask.task=y"], "--set rules.ask.task: rules are a list, and --set rules made them 5"),
        (["rules=5", "rules.ask="], "--set rules.ask: rules are a list, and --set rules made them 5"),
        (["rules=[5]", "rules.ask.task=y"], "--set rules.ask.task: there is no rule 'ask'"),
        (["rules=[5]"], "--set rules.0: must be"),
        (["rules.ask.name=null", "rules.ask.task=y"], "--set rules.ask.task: there is no rule 'ask'; there are"),
        (["rules.ask.name=null", "rules.call="], "--set rules.2.name: is missing"),
    ],
)
def test_words_that_no_playbook_can_say_are_told_by_their_path(settings: list[str], reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        with_words(PLAYBOOK, settings)
    assert reason in "; ".join(map(str, refusal.value.problems))


def test_words_are_set_as_in_yaml_and_the_rest_stays() -> None:
    book = read(with_words(PLAYBOOK, ["window.wait=9 months", "calendar.at='08:30'", "rules.ask.grace=2 days"]))
    assert (str(book.window.wait), book.calendar.at.hour) == ("9 months", 8)  # type: ignore[union-attr]
    assert {str(rule.grace) for rule in book.rules if rule.name == "ask"} == {"2 days"}
    assert [rule.name for rule in book.rules] == [rule.name for rule in read(PLAYBOOK).rules]


def test_a_playbook_or_a_log_that_is_not_there_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert whatif.run(question(folder, playbook="exmple"), "table") == 1
    assert "no playbook exmple; known are: example" in capsys.readouterr().err
    assert whatif.run(Asked("example", log=folder / "none.jsonl"), "table") == 1
    assert "none.jsonl" in capsys.readouterr().err


def fingerprints(folder: Path) -> dict[str, str]:
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}
