"""Reading playbooks: what people may write, and how each mistake is told by file, line and field."""
# ruff: noqa: E501 - a table of mistakes is read line by line

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.playbooks.model import BadPlaybook, for_editors, read
from shared.playbooks.scopes import SCOPES
from tests.support.saying import HEADER

SAMPLE = """\
playbook: peer-learning-community
version: 1
title: Peer Learning Community
tier: targeted
sessions: {planned: 5, minutes: 120, longest_gap: 35 days}
teams: {size: [3, 15], must_include: [lead_agency], signed_off: before first session}
window: {wait: 6 months, after: closed}
calendar: {holidays: US, at: "09:00", roll: next}
rules:
  - name: summary-to-absent
    each: attendance                      # one team at one held session
    when: {present: false}
    task: "Send {team.jurisdiction} the summary of session {session.number}"
    to: facilitator
    due: {wait: 2 business days, after: held}
  - name: ask-for-plan
    each: team
    task: "Ask {team.jurisdiction} for its action plan"
    to: facilitator
    due: {wait: 2 weeks, after: last_session}
    done_by: plan_submitted
    escalate: {wait: 10 business days, to: supervisor}
  - name: team-lead-meeting
    each: team
    when: {plan_accepted: true}
    task: "Meet the {team.jurisdiction} team lead"
    to: facilitator
    contact: true                         # obeys the window and the caps
    due: {wait: 1 month, after: closed}
    repeat: {every: 1 month, times: 6}
  - name: mid
    each: engagement
    evaluation: mid
    instrument: mid-survey
    ask: members
    due: {wait: 1 business day, after: half_of_sessions}
    open_for: 2 weeks
    remind: [1 week, 12 days]
"""
CALM = settings(deadline=None)
RULE = "- {name: r, each: team, task: T, to: facilitator, due: {after: formed}%s}"


def problems(text: str) -> list[str]:
    with pytest.raises(BadPlaybook) as refusal:
        read(text, "x.yaml")
    return [str(problem) for problem in refusal.value.problems]


def of_rule(rule: str) -> list[str]:
    """What is wrong with a playbook of this one rule, which stands on line 5."""
    return problems(f"{HEADER}rules:\n{rule}")


def test_the_sample_of_the_design_is_a_playbook() -> None:
    playbook = read(SAMPLE, "x.yaml")
    assert [rule.kind for rule in playbook.rules] == ["task", "task", "task", "mid"]
    assert str(playbook.rules[3].due.wait) == "1 business day"
    assert [str(wait) for wait in playbook.rules[3].remind] == ["1 week", "12 days"]


def test_what_was_read_can_be_written_and_read_again() -> None:
    playbook = read(SAMPLE, "x.yaml")
    written = playbook.model_dump_json(exclude_none=True, exclude_defaults=True)
    assert read(written, "x.yaml") == playbook


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("after: held", "after: hold", "x.yaml:15 rules[0].due.after: attendance has no moment 'hold', did you mean held?"),
        ("2 weeks, a", "2 wekes, a", "x.yaml:20 rules[1].due.wait: '2 wekes' is not a length of time"),
        ("{present: false}", "{presnt: false}", "x.yaml:12 rules[0].when.presnt: attendance has no attribute 'presnt', did you mean present?"),
        ("{present: false}", "{present: no}", "x.yaml:12 rules[0].when.present: 'no' is neither true nor false"),
        ("{present: false}", "{jurisdiction: KY}", "x.yaml:12 rules[0].when.jurisdiction: attendance has no attribute 'jurisdiction', did you mean team.jurisdiction?"),
        ("{present: false}", "{team.jurisdiction: ky}", "did you mean KY?"),
        ("{present: false}", "{team.size: {at_lest: 3}}", "x.yaml:12 rules[0].when.team.size.at_lest: 'at_lest' is not a test, did you mean at_least?"),
        ("{present: false}", "{present: {at_least: 1}}", "present is not a number, so it has no at_least"),
        ("{present: false}", "{present: {in: []}}", "in needs a list with at least one value"),
        ("{present: false}", "{any: {present: false}}", "x.yaml:12 rules[0].when.any: any needs a list of conditions"),
        ("{present: false}", "{any: [{present: false, size: 3}]}", "x.yaml:12 rules[0].when.any[0].size: attendance has no attribute 'size', did you mean team.size?"),
        ("{present: false}", "present", "x.yaml:12 rules[0].when: must be words with values"),
        ("{session.number}", "{session.nmber}", "x.yaml:13 rules[0].task: attendance has no attribute 'session.nmber', did you mean session.number?"),
        ("{session.number}", "{session.number", "x.yaml:13 rules[0].task: has a brace without its partner"),
        ("each: attendance ", "each: atendance ", "did you mean attendance?"),
        ("done_by: plan_submitted", "done_by: plan_sent", "x.yaml:21 rules[1].done_by: team has no moment 'plan_sent'"),
        ("repeat: {every", "repaet: {every", "x.yaml:30 rules[2].repaet: is not a word of playbooks, did you mean repeat?"),
        ("times: 6", "times: 0", "x.yaml:30 rules[2].repeat.times: must be greater than or equal to 1"),
        ("times: 6", "until: never", "x.yaml:30 rules[2].repeat.until: team has no moment 'never'"),
        ("every: 1 month", "every: 0 days", "0 days is no time at all"),
        ("version: 1", "version: one", "x.yaml:2 version: must be a whole number"),
        ("version: 1\n", "", "x.yaml:1 version: is missing"),
        ("version: 1", "version: 1\nvesrion: 2", "x.yaml:3 vesrion: is not a word of playbooks, did you mean version?"),
        ("version: 1", "version: 1\nversion: 2", "x.yaml:3: is said twice"),
        ('at: "09:00"', "at: 9:00", "x.yaml:8 calendar.at: must be an hour like 09:00"),
        ('at: "09:00"', "at: 25:00", "x.yaml:8 calendar.at:"),
        ("holidays: US", "holidays: us", "x.yaml:8 calendar.holidays: 'us' is no country whose holidays are known, did you mean US?"),
        ("roll: next", "roll: nxt", "x.yaml:8 calendar.roll: must be 'next' or 'none', did you mean next?"),
        ("size: [3, 15]", "size: [15, 3]", "x.yaml:6 teams: size: the smallest (15) is more than the largest (3)"),
        ("after: closed}\ncal", "after: close}\ncal", "x.yaml:7 window.after: engagement has no moment 'close', did you mean closed?"),
        ("name: mid", "name: ask-for-plan", "x.yaml:31 rules[3].name: there is another rule 'ask-for-plan'"),
        ("evaluation: mid", "evaluation: middle", "x.yaml:33 rules[3].evaluation: must be 'mid', 'end'"),
        ("    evaluation: mid\n", "", "x.yaml:31 rules[3]: needs either a task or an evaluation"),
        ("    to: facilitator\n    due: {wait: 2 weeks", "    due: {wait: 2 weeks", "x.yaml:16 rules[1].to: says for whom the task is"),
        ("after: last_session", "after: last_session, before: closed", "x.yaml:20 rules[1].due: needs one moment: after or before"),
        ("done_by: plan_submitted", "open_for: 2 weeks", "x.yaml:21 rules[1].open_for: is for evaluations only"),
        ("evaluation: mid", "evaluation: mid\n    escalate: {wait: 3 days, to: supervisor}", "x.yaml:34 rules[3].escalate: is for tasks only"),
        ("contact: true", "contact: yes", "x.yaml:28 rules[2].contact: must be true or false"),
        ("playbook: peer", "playbook: desk\nx: peer", "x.yaml:2 x: is not a word of playbooks"),
        ("title: Peer", "title: 2027\nx: Peer", "x.yaml:3 title: must be text"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_file_line_and_field(right: str, wrong: str, told: str) -> None:
    assert right in SAMPLE
    assert any(told in problem for problem in problems(SAMPLE.replace(right, wrong, 1)))


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    text = SAMPLE.replace("version: 1", "version: one").replace("after: held", "after: hold").replace("{every", "{evry")
    assert [problem.split()[0] for problem in problems(text)] == ["x.yaml:2", "x.yaml:15", "x.yaml:30", "x.yaml:30"]


def test_the_desk_asks_nobody_how_it_went() -> None:
    rule = "{name: a, each: request, evaluation: mid, due: {after: answered}}"
    with pytest.raises(BadPlaybook, match="has nobody to ask"):
        read(f"playbook: desk\nversion: 1\ntitle: Desk\nrules:\n- {rule}\n", "x.yaml")


def test_the_desk_speaks_of_what_stands_outside_engagements_only() -> None:
    [told] = problems("playbook: desk\nversion: 1\ntitle: T\nrules:\n" + RULE % "")
    assert told == "x.yaml:5 rules[0].each: the playbook desk rules request and demand only"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "x.yaml:1: is not a playbook"),
        ("- 1", "x.yaml:1: is not a playbook"),
        ("x: [", "x.yaml:1: is not YAML"),
        ("x: 1\n y: 2", "x.yaml:2: is not YAML"),
        ("a: &x 1\nb: *x", "x.yaml:1: refers to another place"),
        ("a: !!python/object x", "x.yaml:1: has a tag"),
        ("%YAML 1.1\n---\na: on", "begins with a % directive"),
        ("[" * 5000, "is nested more than 20 deep"),
        ("a: \x00", "is not YAML"),
        ("a: 1\n---\nb: 2", "is not YAML"),
        ("a: " + "x" * 200_000, "is larger than 200 kB"),
    ],
)
def test_what_is_no_playbook_at_all_is_refused_with_its_line(text: str, told: str) -> None:
    assert told in problems(text)[0]


def test_yaml_is_read_by_its_newer_rules() -> None:
    rule = RULE % ", when: {jurisdiction: NO}"
    assert "'NO' is never its value" in of_rule(rule)[0], "in YAML 1.1 this would be false"
    header = "playbook: x\nversion: 1\ntitle: T\ncalendar: {at: 12:30}\n"
    assert read(header).calendar.at.hour == 12, "in YAML 1.1 this would be 750"


WORDS = st.sampled_from(["name", "each", "when", "due", "after", "any", "in", "task", "repeat", "wait", "x"])
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4))


def fields_refused(text: str) -> list[str]:
    try:
        read(text)
    except BadPlaybook as refusal:
        return [problem.field for problem in refusal.problems]
    return []


@CALM
@given(st.text(max_size=200))
def test_whatever_text_comes_it_is_a_playbook_or_refused(text: str) -> None:
    assert fields_refused(text) != [], "chance does not write playbooks"


@CALM
@given(ANYTHING)
def test_whatever_stands_in_a_rule_it_is_read_or_refused_with_its_place(rule: object) -> None:
    text = json.dumps({"playbook": "x", "version": 1, "title": "T", "rules": [rule]})
    fields = fields_refused(text)
    assert fields != []
    assert all(field.startswith("playbook:1 rules[0]") for field in fields)


def test_editors_know_the_moments_and_attributes_of_each_scope() -> None:
    schema = for_editors()
    rule = schema["$defs"]["Rule"]
    assert rule["additionalProperties"] is False
    assert rule["properties"]["grace"]["default"] == "5 business days"
    by_scope = {part["if"]["properties"]["each"]["const"]: part["then"]["properties"] for part in rule["allOf"]}
    assert by_scope.keys() == SCOPES.keys()
    assert by_scope["attendance"]["due"]["properties"]["after"]["enum"] == ["held"]
    assert {"present", "team.size", "session.number", "engagement.topic", "any"} <= set(
        by_scope["attendance"]["when"]["propertyNames"]["enum"]
    )
    assert json.dumps(schema)
