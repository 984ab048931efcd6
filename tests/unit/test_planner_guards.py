"""Guards, done_by, titles: for which items a rule is meant, when it is done, and what it is called."""

import pytest

from shared.playbooks.model import TASK
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of, plan
from tests.support.saying import GOAL, MEMBER, NOW, STEP, held, history, owed, playbook, said, schedule, session

OPENED = said("engagement_opened", planned_sessions=3)
KY = said("team_formed")
VI = said("team_formed", team_id="vi", jurisdiction="VI", cohort="2", members=[{"person_id": "p-9", "role": "health"}])
MET = [session(1, "2027-01-12T14:00:00-05:00"), held(1, "2027-01-12T14:00:00-05:00", attendance={"ky": ["p-1"]})]


def chosen(each: str, when: str, *facts: object, moment: str = "formed") -> set[str]:
    rule = f"- {{name: r, each: {each}, when: {when}, task: T, to: facilitator, due: {{after: {moment}}}}}"
    return {key.split("/")[1] for key in schedule(rule, [OPENED, KY, VI, *facts])}  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("when", "teams"),
    [
        ("{}", {"ky", "vi"}),
        ("{jurisdiction: KY}", {"ky"}),
        ("{team.jurisdiction: KY}", {"ky"}),
        ("{jurisdiction: {not: KY}}", {"vi"}),
        ("{jurisdiction: {in: [KY, VI]}}", {"ky", "vi"}),
        ("{jurisdiction: [KY, OH]}", {"ky"}),
        ("{jurisdiction: {not: [KY, VI]}}", set()),
        ("{cohort: 2}", {"vi"}),
        ("{cohort: {not: 2}}", {"ky"}),
        ("{cohort: {in: [1, 2]}}", {"vi"}),
        ("{size: {at_least: 1, at_most: 3}}", {"ky", "vi"}),
        ("{size: {at_least: 2}}", set()),
        ("{has_lead_agency: true}", {"ky"}),
        ("{has_lead_agency: false}", {"vi"}),
        ("{is_signed_off: false, has_lead_agency: true}", {"ky"}),
        ("{any: [{cohort: 2}, {jurisdiction: KY}]}", {"ky", "vi"}),
        ("{has_lead_agency: true, any: [{cohort: 2}, {size: {at_least: 3}}]}", set()),
        ("{any: [{any: [{cohort: 2}]}, {size: 7}]}", {"vi"}),
        ("{engagement.topic: workforce}", {"ky", "vi"}),
        ("{engagement.teams: 2}", {"ky", "vi"}),
        ("{engagement.sessions_held: {at_least: 1}}", set()),
    ],
)
def test_a_rule_is_for_the_teams_of_which_its_guard_is_true(when: str, teams: set[str]) -> None:
    assert chosen("team", when) == teams


def test_only_teams_that_missed_the_session() -> None:
    assert chosen("attendance", "{present: false}", *MET, moment="held") == {"vi@s1"}
    assert chosen("attendance", "{present: true, session.number: 1}", *MET, moment="held") == {"ky@s1"}


def test_a_team_of_which_nobody_came_missed_the_session() -> None:
    facts = [MET[0], held(1, "2027-01-12T14:00:00-05:00", attendance={"ky": ["p-1"], "vi": []})]
    assert chosen("attendance", "{present: false}", *facts, moment="held") == {"vi@s1"}


def test_attended_and_missed_count_the_sessions_held_since_the_team_was_formed() -> None:
    late = said("team_formed", team_id="oh", jurisdiction="OH", formed_on="2027-02-01")
    facts = [*MET, late]
    assert chosen("team", "{attended: 1}", *facts) == {"ky"}
    assert chosen("team", "{missed: 1}", *facts) == {"vi"}
    assert chosen("team", "{attended: 0, missed: 0}", *facts) == {"oh"}


def test_a_changed_team_is_what_it_is_now() -> None:
    changed = said("team_changed", changed_on="2027-01-20", members=[{"person_id": "p-2", "role": "health"}])
    assert chosen("team", "{has_lead_agency: true}", changed) == set()
    back = said("team_changed", changed_on="2027-01-25", members=[MEMBER, {**MEMBER, "person_id": "p-3"}])
    assert chosen("team", "{size: 2}", back, changed) == {"ky"}


def test_of_what_was_told_of_a_cohort_the_latest_counts() -> None:
    assigned = said("cohort_assigned", jurisdictions=["KY", "VI"], at="2027-01-02T12:00:00-05:00")
    assert chosen("team", "{cohort: 1}", assigned) == {"ky"}, "the Virgin Islands told another one later"
    later = said("cohort_assigned", jurisdictions=["KY", "VI"], at="2027-02-02T12:00:00-05:00")
    assert chosen("team", "{cohort: 1}", later) == {"ky", "vi"}


def test_only_plans_that_are_not_rejected() -> None:
    facts = [said("action_plan_submitted", submitted_on="2027-01-20")]
    assert chosen("plan", "{rejected: false}", *facts, moment="submitted") == {"p1"}
    facts.append(said("action_plan_rejected", on="2027-01-25"))
    assert chosen("plan", "{rejected: false}", *facts, moment="submitted") == set()
    facts.append(said("action_plan_accepted", on="2027-01-25"))
    assert chosen("plan", "{rejected: true, accepted: false}", *facts, moment="submitted") == {"p1"}, "on one day"
    assert chosen("team", "{plan_accepted: true}", *facts) == set()
    facts.append(said("action_plan_accepted", on="2027-01-26", revision=1))
    assert chosen("team", "{plan_accepted: true}", *facts) == {"ky"}


def test_steps_by_how_they_stand() -> None:
    facts = [said("action_plan_submitted", submitted_on="2027-01-20", steps=[STEP, {**STEP, "step_id": "t2"}])]
    facts.append(said("action_step_reported", status="blocked", barrier="cost", reported_on="2027-02-01"))
    on = "{name: r, each: step, when: %s, task: T, to: facilitator, due: {after: reported}}"
    rule = "- " + on % "{status: blocked, barrier: {in: [cost, time]}, plan.steps_open: 2}"
    assert set(schedule(rule, [OPENED, KY, *facts])) == {"r/p1/t1/1"}
    facts.append(said("action_step_reported", status="dropped", reported_on="2027-02-03"))
    assert schedule(rule, [OPENED, KY, *facts]) == {}
    assert chosen("plan", "{steps_open: 1}", *facts, moment="submitted") == {"p1"}


def test_a_step_that_nobody_reported_on_is_open() -> None:
    facts = [said("action_plan_submitted", submitted_on="2027-01-20", steps=[{**STEP, "due_on": "2027-02-10"}])]
    assert chosen("step", "{status: open, barrier: {not: cost}}", *facts, moment="due") == {"p1"}


def test_sessions_by_the_gap_before_them() -> None:
    facts = [session(1, "2027-01-12T23:30:00-05:00"), session(2, "2027-02-23T00:30:00-05:00")]
    assert chosen("session", "{gap_days: {at_least: 42}}", *facts, moment="start") == {"s2"}
    assert chosen("session", "{gap_days: {at_most: 100}}", *facts, moment="start") == {"s2"}, "the first has no gap"
    assert chosen("session", "{gap_days: {not: 42}}", *facts, moment="start") == {"s1"}
    between = session(3, "2027-02-01T14:00:00-05:00")
    assert chosen("session", "{gap_days: {at_least: 42}}", *facts, between, moment="start") == set()
    cancelled = said("session_cancelled", session_id="s3", cancelled_on="2027-01-30")
    assert chosen("session", "{gap_days: {at_least: 42}}", *facts, between, cancelled, moment="start") == {"s2"}


def test_approvals_by_what_they_are_about_and_goals_by_their_level() -> None:
    approval = said("approval_requested", engagement_id="e1", about="speaker", region=4)
    assert chosen("approval", "{about: speaker, region: 4}", approval, moment="asked") == {"a1"}
    assert chosen("approval", "{region: {at_least: 5}}", approval, moment="asked") == set()
    goals = said("engagement_changed", changed_on="2027-01-05", goals=[GOAL])
    assert chosen("goal", "{level: plan}", goals, moment="declared") == {"g1"}
    assert chosen("goal", "{level: policy}", goals, moment="declared") == set()


def test_an_approval_of_no_region_passes_only_what_excludes_regions() -> None:
    approval = said("approval_requested", engagement_id="e1")
    assert chosen("approval", "{region: {at_most: 10}}", approval, moment="asked") == set()
    assert chosen("approval", "{region: {not: 3}}", approval, moment="asked") == {"a1"}


def test_done_by_a_moment_it_is_done_before_the_guard_is_asked() -> None:
    rule = (
        "- {name: r, each: team, when: {has_lead_agency: false}, task: T, to: facilitator, "
        "due: {wait: 2 weeks, after: formed}, done_by: plan_submitted}"
    )
    submitted = said("action_plan_submitted", submitted_on="2027-01-08")
    assert schedule(rule, [OPENED, KY]) == {}
    plan = owed(playbook(rule), [OPENED, KY, submitted])
    assert (plan["r/ky/1"].done, plan["r/ky/1"].done_because) == (True, submitted.id)


def test_an_expected_done_by_does_not_make_it_done() -> None:
    rule = "- {name: r, each: homework, task: T, to: facilitator, due: {wait: 1 day, after: due}, done_by: handed_in}"
    facts = [OPENED, KY, said("homework_assigned", due_on="2027-01-20")]
    assert schedule(rule, facts) == {"r/ky@h1/1": "2027-01-21 09:00, scheduled"}
    facts.append(said("homework_handed_in", handed_in_on="2027-01-19"))
    assert schedule(rule, facts) == {"r/ky@h1/1": "2027-01-21 09:00, done"}


def test_no_moment_no_obligation_even_if_it_is_done() -> None:
    rule = "- {name: r, each: team, task: T, to: facilitator, due: {after: last_session}, done_by: plan_submitted}"
    assert schedule(rule, [OPENED, KY, said("action_plan_submitted", submitted_on="2027-01-08")]) == {}


def test_titles_speak_of_the_item_and_of_what_is_around_it() -> None:
    rule = (
        '- {name: r, each: attendance, task: "Send {team.jurisdiction} ({team.cohort}) session {session.number}: '
        '{present} on {engagement.topic}", to: facilitator, due: {after: held}}'
    )
    titles = {key: it.title for key, it in owed(playbook(rule), [OPENED, KY, VI, *MET]).items()}
    assert titles == {
        "r/ky@s1/1": "Send KY (?) session 1: yes on workforce",
        "r/vi@s1/1": "Send VI (2) session 1: no on workforce",
    }


def test_own_attributes_need_no_dot() -> None:
    rule = '- {name: r, each: session, task: "Session {number}: {topic}", to: facilitator, due: {after: start}}'
    assert owed(playbook(rule), [OPENED, MET[0]])["r/s1/1"].title == "Session 1: Data"


def test_a_title_is_cut_to_what_a_fact_can_say() -> None:
    rule = '- {name: r, each: session, task: "{topic} {topic}", to: facilitator, due: {after: start}}'
    title = owed(playbook(rule), [OPENED, session(1, "2027-01-12T14:00:00-05:00", topic="x" * 290)])["r/s1/1"].title
    assert (len(title), title[-1]) == (300, "…")


def test_a_service_plans_only_the_kinds_that_it_keeps() -> None:
    rules = (
        "- {name: r, each: engagement, task: T, to: facilitator, due: {after: opened}}\n"
        "- {name: end, each: engagement, evaluation: end, due: {after: opened}}"
    )
    book = playbook(rules)
    planned = plan(book, history([OPENED]), calendar_of(book, Places()), NOW, only=lambda kind: kind == TASK)
    assert list(planned) == ["e1/r/e1/1"]


def test_an_obligation_tells_why_it_is_there() -> None:
    rule = "- {name: r, each: attendance, task: T, to: facilitator, due: {wait: 2 business days, after: held}}"
    it = owed(playbook(rule), [OPENED, KY, *MET])["r/ky@s1/1"]
    assert (it.key, it.engagement, it.rule, it.kind, it.item, it.occurrence) == (
        "e1/r/ky@s1/1", "e1", "r", "task", "ky@s1", 1,
    )  # fmt: skip
    assert (it.because, it.moment, it.moment_on.isoformat(), it.zone, it.wait, it.team_id) == (
        MET[1].id, "held", "2027-01-12", "America/New_York", "2 business days after held", "ky",
    )  # fmt: skip


def test_hand_made_changes_win_over_the_planner() -> None:
    rule = "- {name: r, each: team, task: T, to: facilitator, due: {after: formed}, escalate: {wait: 1 week, to: s}}"
    snoozed = said("follow_up_snoozed", task_id="e1/r/ky/1", on="2027-01-05", until="2027-01-20")
    again = said("follow_up_snoozed", task_id="e1/r/ky/1", n=1, on="2027-01-06", until="2027-01-13")
    handed_over = said("follow_up_handed_over", task_id="e1/r/ky/1", on="2027-01-05", to="supervisor")
    it = owed(playbook(rule), [OPENED, KY, again, snoozed, handed_over])["r/ky/1"]
    assert it.due_at.day == 4
    assert it.falls_due_at.day == 13, "the latest word on it counts"
    assert (it.to, it.owed_by) == ("facilitator", "supervisor")
    assert it.escalate_at is not None
    assert it.escalate_at.day == 20


def test_a_lead_is_absent_although_somebody_of_the_team_came_and_a_new_lead_counts_from_its_day() -> None:
    rule = "- {name: r, each: attendance, when: {lead_present: false}, task: T, to: f, due: {after: held}}"
    staff = [{"person_id": p, "role": "lead_agency"} for p in ("p-1", "p-2")]
    formed = said("team_formed", lead="p-1", members=staff)
    changed = said("team_changed", lead="p-2", members=staff, changed_on="2027-02-01")
    met = [
        session(1, "2027-01-12T14:00:00-05:00"),
        held(1, "2027-01-12T14:00:00-05:00", attendance={"ky": ["p-2"]}),
        session(2, "2027-02-09T14:00:00-05:00"),
        held(2, "2027-02-09T14:00:00-05:00", attendance={"ky": ["p-2"]}),
    ]
    assert list(owed(playbook(rule), [OPENED, formed, changed, *met])) == ["r/ky@s1/1"]
