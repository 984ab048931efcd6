"""Playbooks that extend others: what holds, what changes, what goes, and how each mistake is told."""
# ruff: noqa: E501 - a table of mistakes is read line by line

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.playbooks.extending import Flat, Sheet, flatten
from shared.playbooks.model import BadPlaybook, read
from shared.playbooks.model.reading import read_anew
from shared.playbooks.never import never
from shared.shelf import whole, whole_text

BASE = """\
playbook: base
version: 3
title: The base
sessions: {planned: 5, minutes: 120}
window: {wait: 6 months, after: closed}
rules:
  - {name: ask, each: team, task: "Ask {jurisdiction}", to: facilitator, due: {wait: 2 weeks, after: last_session}}
  - name: meet
    each: team
    task: Meet
    to: facilitator
    contact: true
    due: {wait: 1 month, after: closed}
    repeat: {every: 1 month, times: 6}
"""
HEAD = "playbook: own\nversion: 1\nextend: base\n"
SHELF = Path(__file__).parents[2] / "playbooks"


def flat(words: str, *others: str) -> Flat:
    """The playbook `own`, which extends `base`, with these words of its own."""
    sheets = [Sheet(f"{n}.yaml", text) for n, text in enumerate(others)]
    return flatten(Sheet("own.yaml", HEAD + words), [[Sheet("base.yaml", BASE), *sheets]])


def refused(words: str, *others: str) -> list[str]:
    with pytest.raises(BadPlaybook) as refusal:
        flat(words, *others)
    return [str(problem) for problem in refusal.value.problems]


def test_what_a_playbook_does_not_say_it_has_from_the_one_that_it_extends() -> None:
    own, base = flat("").playbook, read(BASE)
    assert (own.playbook, own.version, own.title) == ("own", 1, "The base")
    assert (own.sessions, own.window, own.rules) == (base.sessions, base.window, base.rules)


def test_of_a_header_only_the_words_within_change_that_are_named() -> None:
    own = flat("title: Mine\nsessions: {planned: 4}\nwindow: {wait: 9 months}\n").playbook
    assert (own.title, own.sessions.planned, own.sessions.minutes) == ("Mine", 4, 120)
    assert own.window is not None
    assert (str(own.window.wait), own.window.after) == ("9 months", "closed")


def test_of_a_rule_only_the_words_change_that_are_named_and_it_keeps_its_place() -> None:
    own = flat("rules:\n- {name: ask, to: supervisor, due: {wait: 1 week, after: formed}}\n").playbook
    assert [rule.name for rule in own.rules] == ["ask", "meet"]
    [ask, _] = own.rules
    assert (ask.task, ask.to, str(ask.due.wait), ask.due.after) == (
        "Ask {jurisdiction}",
        "supervisor",
        "1 week",
        "formed",
    )


def test_new_rules_come_after_the_inherited_ones() -> None:
    own = flat("rules:\n- {name: new, each: team, task: T, to: facilitator, due: {after: formed}}\n").playbook
    assert [rule.name for rule in own.rules] == ["ask", "meet", "new"]


def test_rules_that_are_named_after_without_do_not_hold() -> None:
    assert [rule.name for rule in flat("without: [ask]\n").playbook.rules] == ["meet"]


def test_a_rule_that_goes_and_is_said_again_is_wholly_new() -> None:
    own = flat("without: [ask]\nrules:\n- {name: ask, each: plan, task: T, to: f, due: {after: submitted}}\n").playbook
    assert [(rule.name, rule.each) for rule in own.rules] == [("meet", "team"), ("ask", "plan")]


def test_a_word_that_is_nothing_is_taken_away() -> None:
    own = flat("window: null\nrules:\n- {name: meet, repeat: null}\n").playbook
    assert own.window is None
    assert own.rules[1].repeat is None


def test_an_inherited_rule_that_can_never_fire_any_more_is_left_out_and_told() -> None:
    own = flat("window: {wait: 0 days}\n")
    assert [rule.name for rule in own.playbook.rules] == ["ask"]
    assert [(moot.rule, moot.reason) for moot in own.moot] == [
        ("meet", "can never fire: 1 month after closed the window (0 days) has closed")
    ]


def test_a_rule_that_the_playbook_says_itself_is_not_left_out_in_silence() -> None:
    own = flat("window: {wait: 0 days}\nrules:\n- {name: meet, due: {wait: 2 months, after: closed}}\n")
    assert own.moot == ()
    assert [str(problem) for problem in never(own.playbook, own.written)] == [
        "own.yaml:6 rules[0].due.wait: can never fire: 2 months after closed the window (0 days) has closed"
    ]


def test_a_mistake_of_the_base_is_left_to_the_base() -> None:
    sick = "playbook: sick\nversion: 1\ntitle: T\nrules:\n- {name: a, each: team, task: T, to: f, due: {after: left}}\n"
    own = flatten(Sheet("own.yaml", HEAD.replace("base", "sick")), [[Sheet("sick.yaml", sick)]])
    assert [problem.field for problem in never(own.playbook, own.written)] == ["sick.yaml:5 rules[0].due.after"]


def test_a_playbook_may_extend_one_that_extends_another() -> None:
    middle = "playbook: middle\nversion: 1\nextend: base\nwindow: {wait: 0 days}\n"
    own = flatten(
        Sheet("own.yaml", HEAD.replace("extend: base", "extend: middle")),
        [[Sheet("base.yaml", BASE), Sheet("middle.yaml", middle)]],
    )
    assert own.extends == ("middle", "base")
    assert [rule.name for rule in own.playbook.rules] == ["ask"]
    assert [moot.rule for moot in own.moot] == ["meet"]


def test_of_several_versions_the_newest_is_extended() -> None:
    newer = BASE.replace("version: 3", "version: 10").replace("planned: 5", "planned: 7")
    assert flat("", newer).playbook.sessions.planned == 7


def test_the_nearest_shelf_counts() -> None:
    near, far = Sheet("near.yaml", BASE.replace("planned: 5", "planned: 2")), Sheet("far.yaml", BASE)
    assert flatten(Sheet("own.yaml", HEAD), [[near], [far]]).playbook.sessions.planned == 2


def test_what_is_published_says_everything_by_itself_and_says_it_alike_each_time() -> None:
    own = flat("window: {wait: 9 months}\nrules:\n- {name: ask, task: 'Say \"yes\" to {jurisdiction}: è'}\n")
    assert read_anew(own.document) == own.playbook
    assert own.document == flat("window:   {wait: 9 months}  # longer\nrules:\n- {name: ask, task: 'Say \"yes\" to {jurisdiction}: è'}\n").document  # fmt: skip
    assert "(base)" in own.document


TEXT = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="{}"), min_size=1, max_size=20)


@settings(deadline=None, max_examples=25)
@given(TEXT)
def test_whatever_a_task_says_it_says_when_it_is_published(said: str) -> None:
    rule = f"rules:\n- name: ask\n  task: {json.dumps(said, ensure_ascii=False)}\n"
    own = flat(rule)
    assert read_anew(own.document).rules[0].task == own.playbook.rules[0].task == said


@pytest.mark.parametrize(
    "file", sorted((*SHELF.glob("*.yaml"), *SHELF.glob("bases/*.yaml"))), ids=lambda file: file.stem
)
def test_every_playbook_is_whole_with_what_it_extends(file: Path) -> None:
    it = whole(file, SHELF)
    assert read_anew(it.document) == it.playbook
    assert never(it.playbook, it.written) == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("without: [asc]\n", "own.yaml:4 without[0]: there is no rule 'asc' in what it extends, did you mean ask?"),
        ("without: ask\n", "own.yaml:4 without: must be a list of rules, like [ask-for-plan, later]"),
        ("without: [[ask]]\n", "own.yaml:4 without[0]: must be the name of a rule, like ask-for-plan"),
        ("without: [meet, {a: b}]\n", "own.yaml:4 without[1]: must be the name of a rule, like ask-for-plan"),
        ("wihtout: [ask]\n", "own.yaml:4 wihtout: is not a word of playbooks, did you mean without?"),
        ("rules:\n- {name: ask, due: {wait: 1 week, after: fromed}}\n",
         "own.yaml:5 rules[0].due.after: team has no moment 'fromed', did you mean formed?"),
        ("rules:\n- {name: meet, each: plan}\n",
         "base.yaml:13 rules[1].due.after: plan has no moment 'closed'"),
        ("rules:\n- {name: ask, to: a}\n- {name: ask, to: b}\n",
         "own.yaml:6 rules[1].name: there is another rule 'ask'; names are said once"),
        ("rules:\n- {name: new, each: team}\n", "own.yaml:5 rules[0].due: is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_is_written(words: str, told: str) -> None:
    assert any(problem.startswith(told) for problem in refused(words)), refused(words)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("playbook: own\nversion: 1\nextend: bass\n",
         "own.yaml:3 extend: there is no playbook 'bass' beside its file or among those of Throughline, did you mean base?"),
        ("playbook: own\nversion: 1\nextend: own\n", "own.yaml:3 extend: goes round in a circle: own, which extends own"),
        ("version: 1\nextend: base\n", "own.yaml:1 playbook: is missing: a playbook that extends another has a playbook of its own"),
        ("playbook: own\nextend: base\n", "own.yaml:1 version: is missing: a playbook that extends another has a version of its own"),
        ("playbook: own\nversion: 1\ntitle: T\nwithout: [ask]\n",
         "own.yaml:4 without: is for playbooks that extend another: say extend, too"),
    ],
)  # fmt: skip
def test_what_can_extend_nothing_is_told(text: str, told: str) -> None:
    with pytest.raises(BadPlaybook) as refusal:
        flatten(Sheet("own.yaml", text), [[Sheet("base.yaml", BASE)]])
    assert [str(problem) for problem in refusal.value.problems] == [told]


def test_a_longer_circle_is_told_too() -> None:
    around = "playbook: around\nversion: 1\nextend: own\n"
    with pytest.raises(BadPlaybook) as refusal:
        flatten(Sheet("own.yaml", HEAD.replace("base", "around")), [[Sheet("around.yaml", around)]])
    assert "around.yaml:3 extend: goes round in a circle: own, which extends around, which extends own" in str(
        refusal.value
    )


def test_two_texts_of_one_version_are_no_base() -> None:
    assert refused("", BASE.replace("planned: 5", "planned: 6")) == [
        "own.yaml:3 extend: which one? base version 3 is in base.yaml and 0.yaml"
    ]


def test_a_text_that_needs_another_is_no_playbook_by_itself() -> None:
    with pytest.raises(BadPlaybook, match=re.escape("own.yaml:3 extend: needs base to be whole.")):
        read(HEAD, "own.yaml")


def test_a_base_lies_beside_the_playbook_or_in_a_folder_of_bases_or_comes_with_throughline(tmp_path: Path) -> None:
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "base.yaml").write_text(BASE)
    (tmp_path / "no.yaml").write_bytes(b"\xff")
    (tmp_path / "own.yaml").write_text(HEAD)
    assert whole(tmp_path / "own.yaml", SHELF).extends == ("base",)
    ours = whole_text(HEAD.replace("base", "peer-learning-community"), "own.yaml", tmp_path)
    assert ours.extends[0] == "peer-learning-community"
