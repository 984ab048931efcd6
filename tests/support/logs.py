"""Logs of imagined engagements, drawn by hypothesis: facts of every kind about a few sessions, teams and plans."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from shared.events.base import Fact
from tests.support.saying import GOAL, MEMBER, STEP, held, retraction, said, session

START = date(2026, 10, 1)
DAYS = st.integers(0, 240).map(lambda n: (START + timedelta(days=n)).isoformat())
HOURS = st.sampled_from(["09:30:00-05:00", "23:30:00-05:00", "14:00:00+10:00", "02:15:00+00:00"])
INSTANTS = st.tuples(DAYS, HOURS).map("T".join)
TEAMS = {"ky": "KY", "vi": "VI", "gu": "GU", "t": "tribe-yurok"}
SESSIONS, PLANS, STEPS = ("s1", "s2", "s3"), ("p1", "p2"), ("t1", "t2")
KEYS = ("e1/absent/ky@s1/1", "e1/ask/ky/1", "e1/meet/ky/1", "e1/thank/s1/1", "e1/mid/e1/1")
MEMBERS = st.lists(st.sampled_from([MEMBER, {"person_id": "p-2", "role": "health"}]), max_size=2)
ROLES = st.sampled_from(("lead_agency", "health"))
GOALS = st.lists(st.sampled_from([GOAL, {**GOAL, "goal_id": "g2", "by": "2027-03-03"}]), max_size=2, unique_by=str)

RULES = """
- {name: thank, each: session, task: "Thank for {topic}", to: facilitator, due: {wait: 1 week, before: start}}
- name: absent
  each: attendance
  when: {present: false}
  task: "Send {team.jurisdiction} session {session.number}"
  to: facilitator
  due: {wait: 2 business days, after: held}
  lapse: 2 months
- name: ask
  each: team
  task: "Ask {jurisdiction}"
  to: facilitator
  due: {wait: 2 weeks, after: last_session}
  done_by: plan_submitted
  escalate: {wait: 10 business days, to: supervisor}
- name: meet
  each: team
  when: {any: [{plan_accepted: true}, {has_lead_agency: true, missed: {at_most: 1}}]}
  task: Meet
  to: facilitator
  contact: true
  due: {wait: 1 month, after: closed}
  repeat: {every: 1 month, times: 4}
- name: nudge
  each: team
  task: Nudge
  to: team_lead
  contact: true
  due: {wait: 1 month, after: formed}
  repeat: {every: 2 months, until: closed}
- {name: lead, each: team, task: "Find a lead ({missing_roles})", to: f, due: {wait: 3 days, after: lead_missing}}
- name: call
  each: team
  when: {at_risk: true}
  task: "Call: missed {missed_in_a_row}"
  to: f
  due: {wait: 1 day, after: sign_off_due}
  done_by: signed_off
- {name: introduce, each: peers, task: "To {to_jurisdiction}", to: f, due: {after: suggested}, done_by: connected}
- {name: home, each: homework, task: H, to: facilitator, due: {wait: 1 day, after: due}, done_by: handed_in}
- name: judge
  each: plan
  when: {rejected: false, steps_open: {at_least: 1}}
  task: J
  to: facilitator
  due: {wait: 30 days, after: submitted}
  done_by: accepted
- {name: step, each: step, when: {status: {not: dropped}}, task: S, to: f, due: {after: due}, done_by: done}
- {name: approve, each: approval, task: A, to: f, due: {wait: 1 week, after: asked}, done_by: answered}
- {name: goal, each: goal, task: G, to: evaluator, due: {after: by}, done_by: assessed}
- {name: mid, each: engagement, evaluation: mid, due: {wait: 1 day, after: half_of_sessions}, open_for: 2 weeks}
"""
HEADER = """
teams: {must_include: [lead_agency, health], signed_off: 2 weeks before last session}
sessions: {planned: 3}
window: {wait: 3 months, after: closed}
"""


def _say(name: str, **words: st.SearchStrategy[Any]) -> st.SearchStrategy[Fact]:
    return st.fixed_dictionaries(words).map(lambda told: said(name, **told))


def _of(*choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from(choices)


def _team(name: str, on: str) -> st.SearchStrategy[Fact]:
    words = st.fixed_dictionaries({"team_id": _of(*TEAMS), on: DAYS, "members": MEMBERS})
    return words.map(partial(_located, name))


def _located(name: str, told: dict[str, Any]) -> Fact:
    return said(name, jurisdiction=TEAMS[told["team_id"]], **told)


REVISIONS = st.integers(0, 2)
ONE_OF_EACH: dict[str, st.SearchStrategy[Fact]] = {
    "changed": _say("engagement_changed", changed_on=DAYS, planned_sessions=st.integers(1, 3), goals=GOALS),
    "closed": _say("engagement_closed", closed_on=DAYS, revision=REVISIONS),
    "formed": _team("team_formed", "formed_on"),
    "team_changed": _team("team_changed", "changed_on"),
    "signed": _say("leadership_signed_off", team_id=_of(*TEAMS), signed_on=DAYS),
    "vacated": _say("role_vacated", team_id=_of(*TEAMS), role=ROLES, person_id=_of("p-1", "p-2"), on=DAYS),
    "filled": _say("role_filled", team_id=_of(*TEAMS), role=ROLES, person_id=_of("p-2", "p-3"), on=DAYS),
    "suggested": _say("peers_suggested", from_team=_of(*TEAMS), need=_of("data", "Data", "a b")),
    "connected": _say("peers_connected", from_team=_of(*TEAMS), need=_of("data", "Data", "a b"), connected_on=DAYS),
    "left": _say("team_left", team_id=_of(*TEAMS), left_on=DAYS),
    "cohort": _say("cohort_assigned", cohort=_of("1", "2"), jurisdictions=st.just(["KY", "VI"])),
    "scheduled": _say(
        "session_scheduled", session_id=_of(*SESSIONS), number=st.integers(1, 3), starts_at=INSTANTS, revision=REVISIONS
    ),
    "cancelled": _say("session_cancelled", session_id=_of(*SESSIONS), cancelled_on=DAYS),
    "held": _say(
        "session_held",
        session_id=_of(*SESSIONS),
        held_at=INSTANTS,
        attendance=st.dictionaries(_of(*TEAMS), st.just(["p-1"]), max_size=3),
        revision=REVISIONS,
    ),
    "homework": _say("homework_assigned", homework_id=_of("h1", "h2"), due_on=DAYS, at=INSTANTS),
    "handed_in": _say("homework_handed_in", homework_id=_of("h1", "h2"), team_id=_of(*TEAMS), handed_in_on=DAYS),
    "submitted": _say(
        "action_plan_submitted",
        plan_id=_of(*PLANS),
        team_id=_of(*TEAMS),
        submitted_on=DAYS,
        steps=DAYS.map(lambda day: [{**STEP, "due_on": day}, {**STEP, "step_id": "t2"}]),
    ),
    "accepted": _say("action_plan_accepted", plan_id=_of(*PLANS), on=DAYS, revision=REVISIONS),
    "rejected": _say("action_plan_rejected", plan_id=_of(*PLANS), on=DAYS),
    "reported": _say(
        "action_step_reported",
        plan_id=_of(*PLANS),
        step_id=_of(*STEPS),
        status=_of("under_way", "done", "dropped"),
        reported_on=DAYS,
    ),
    "asked": _say("approval_requested", engagement_id=st.just("e1"), asked_on=DAYS),
    "answered": _say("approval_answered", engagement_id=st.just("e1"), answered_on=DAYS),
    "assessed": _say("goal_assessed", goal_id=_of("g1", "g2"), on=DAYS),
    "done": _say("follow_up_done", task_id=_of(*KEYS), on=DAYS, n=st.integers(0, 3)),
    "skipped": _say("follow_up_skipped", task_id=_of(*KEYS), on=DAYS, n=st.integers(0, 3)),
    "snoozed": _say("follow_up_snoozed", task_id=_of(*KEYS), on=DAYS, until=DAYS),
    "handed_over": _say("follow_up_handed_over", task_id=_of(*KEYS), on=DAYS, to=_of("supervisor", "evaluator")),
}


def without_contradictions(facts: Sequence[Fact]) -> list[Fact]:
    """The facts that a service would take: of two with one id or one slot and revision, the first."""
    taken: dict[object, Fact] = {}
    for fact in facts:
        taken.setdefault((fact.slot, fact.event.revision), fact)
    return list({fact.id: fact for fact in taken.values()}.values())


@st.composite
def logs_of_an_engagement(draw: st.DrawFn) -> list[Fact]:
    """An opened engagement and up to forty things that people said about it, some of them taken back."""
    opened = draw(_say("engagement_opened", opened_on=DAYS, planned_close=DAYS, goals=GOALS))
    formed = [said("team_formed", team_id=id, jurisdiction=TEAMS[id], formed_on="2026-10-01") for id in ("ky", "gu")]
    met = [session(2, "2026-12-01T14:00:00-05:00"), held(2, "2026-12-01T14:00:00-05:00")]
    size = draw(st.integers(0, 30))
    facts = draw(st.lists(st.one_of(*ONE_OF_EACH.values()), min_size=size, max_size=40))
    taken = without_contradictions([opened, *formed, *facts, *met])
    mistakes = draw(st.lists(st.sampled_from(taken), max_size=4, unique_by=lambda fact: fact.id))
    retractions = [retraction(fact) for fact in mistakes]
    regretted = draw(st.lists(st.sampled_from(retractions), max_size=1)) if retractions else []
    return [*taken, *retractions, *(retraction(fact) for fact in regretted)]
