"""The example's log is what it says it is: well-formed facts in time order, about six states and their teams."""

from collections import Counter
from pathlib import Path
from typing import TypeVar

import pytest

from shared.events.base import Event, Fact
from shared.events.evaluation import EvaluationAnswered, GoalAssessed
from shared.events.intake import (
    ApprovalAnswered,
    ApprovalRequested,
    EngagementChanged,
    EngagementClosed,
    EngagementOpened,
    RoleFilled,
    RoleVacated,
    TaRequestAnswered,
    TaRequestLogged,
    TeamChanged,
    TeamFormed,
)
from shared.events.sessions import (
    ActionPlanAccepted,
    ActionPlanRejected,
    ActionPlanSubmitted,
    HomeworkAssigned,
    HomeworkHandedIn,
    SessionCancelled,
    SessionHeld,
    SessionScheduled,
)
from shared.events.wire import decode, encode

LOG = Path(__file__).parents[2] / "playbooks/examples/peer-learning-community.jsonl"

LEAD_AGENCY, LEARNING_CENTERS = "State CCDF Lead Agency", "21st Century Community Learning Centers Program"
SCHOOL_AGE_NETWORK = "School-age Network/National Afterschool Association affiliate"
EXHIBIT_A1 = {
    "DE": {
        LEAD_AGENCY, LEARNING_CENTERS, SCHOOL_AGE_NETWORK, "United Way", "Boys & Girls Club", "4-H",
        "nonprofit organization", "SEL organization", "management consultant",
    },
    "FL": {
        LEAD_AGENCY, LEARNING_CENTERS, SCHOOL_AGE_NETWORK, "CCR&R", "State Association of Early Learning Coalitions",
        "Department of Children and Families",
    },
    "IN": {
        LEAD_AGENCY, LEARNING_CENTERS, SCHOOL_AGE_NETWORK, "Indiana Early Learning", "YMCA",
        "County Commission on Youth",
    },
    "NH": {LEAD_AGENCY, LEARNING_CENTERS, SCHOOL_AGE_NETWORK, "State Licensing Agency", "YMCA"},
    "NY": {
        LEAD_AGENCY, SCHOOL_AGE_NETWORK, "School-Based Services for state non-profit organization",
        "out of school time curriculum developer",
    },
    "WI": {LEAD_AGENCY, SCHOOL_AGE_NETWORK, "statewide non-profit organization"},
}  # fmt: skip
"""Who took part, as OPRE Report 2023-119 lists them."""


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return LOG.read_bytes().splitlines()


@pytest.fixture(scope="module")
def log(lines: list[bytes]) -> list[Fact]:
    return [decode(line) for line in lines]


E = TypeVar("E", bound=Event)


def said(log: list[Fact], kind: type[E]) -> list[E]:
    """All that was said of one kind, in order."""
    return [fact.event for fact in log if isinstance(fact.event, kind)]


def test_every_line_is_written_as_this_software_would_write_it(lines: list[bytes], log: list[Fact]) -> None:
    assert [encode(fact) for fact in log] == lines


def test_every_fact_has_the_id_that_follows_from_its_words(log: list[Fact]) -> None:
    assert [fact.id for fact in log] == [fact.event.derived_id for fact in log]


def test_no_fact_is_said_twice(log: list[Fact]) -> None:
    assert [id_ for id_, times in Counter(fact.id for fact in log).items() if times > 1] == []


def test_facts_are_in_the_order_in_which_they_happened(log: list[Fact]) -> None:
    times = [fact.time for fact in log]
    assert times == sorted(times)


def test_facts_are_recorded_when_they_happen_and_in_working_hours_of_the_place(log: list[Fact]) -> None:
    assert [fact.id for fact in log if fact.recorded != fact.time] == []
    assert [fact.id for fact in log if not 8 <= fact.time.hour < 18 or fact.time.weekday() > 4] == []


def test_only_people_and_trackers_speak_never_a_ledger(log: list[Fact]) -> None:
    assert [fact.event.type for fact in log if fact.event.from_ledger] == []


def test_every_fact_names_what_was_assumed(log: list[Fact]) -> None:
    assert [fact.event.type for fact in log if not fact.extensions.get("assumed")] == []


def test_six_states_with_their_organisations_took_part(log: list[Fact]) -> None:
    organisations: dict[str, set[str]] = {}
    teams: list[TeamFormed | TeamChanged] = [*said(log, TeamFormed), *said(log, TeamChanged)]
    for team in teams:
        organisations.setdefault(team.jurisdiction, set()).update(str(who.organisation) for who in team.members)
    assert organisations == EXHIBIT_A1


def test_their_six_requests_were_answered_by_the_engagement(log: list[Fact]) -> None:
    requests = said(log, TaRequestLogged)
    [opened] = said(log, EngagementOpened)
    assert {request.jurisdiction for request in requests} == set(EXHIBIT_A1)
    assert {request.source for request in requests} == {"ncase"}
    assert set(opened.answers) == {request.request_id for request in requests}
    assert {(answer.request_id, answer.how) for answer in said(log, TaRequestAnswered)} == {
        (request_id, "engagement") for request_id in opened.answers
    }


def test_every_approval_that_was_asked_for_was_answered(log: list[Fact]) -> None:
    asked = {approval.approval_id for approval in said(log, ApprovalRequested)}
    assert asked == {approval.approval_id for approval in said(log, ApprovalAnswered)}


def test_five_sessions_of_two_hours_from_november_to_march_and_a_reunion_in_june(log: list[Fact]) -> None:
    held = [(f"{session.held_at:%Y-%m}", session.minutes) for session in said(log, SessionHeld)]
    months = ["2017-11", "2017-12", "2018-01", "2018-02", "2018-03"]
    assert held == [*((month, 120) for month in months), ("2018-06", 60)]


def test_one_session_moved_and_one_was_cancelled_and_held_under_another_id(log: list[Fact]) -> None:
    [cancelled] = said(log, SessionCancelled)
    scheduled = said(log, SessionScheduled)
    assert [session.number for session in scheduled if session.revision == 1] == [3]
    assert {session.session_id for session in scheduled if session.number == 4} > {cancelled.session_id}
    assert cancelled.session_id not in {session.session_id for session in said(log, SessionHeld)}


def test_only_florida_missed_one_of_the_five_sessions(log: list[Fact]) -> None:
    teams = {team.team_id for team in said(log, TeamFormed)}
    missed = [(n, sorted(teams - set(held.attendance))) for n, held in enumerate(said(log, SessionHeld)[:5], 1)]
    assert [(n, absent) for n, absent in missed if absent] == [(2, ["team-fl"])]


def test_only_members_of_a_team_came_for_it(log: list[Fact]) -> None:
    members = {team.team_id: {who.person_id for who in team.members} for team in said(log, TeamFormed)}
    for held in said(log, SessionHeld):
        assert [team for team, came in held.attendance.items() if not set(came) <= members[team]] == []


def test_homework_is_handed_in_by_some(log: list[Fact]) -> None:
    assigned = {homework.homework_id for homework in said(log, HomeworkAssigned)}
    handed_in = Counter(homework.homework_id for homework in said(log, HomeworkHandedIn))
    assert set(handed_in) == assigned
    assert min(handed_in.values()) < len(EXHIBIT_A1)


def test_all_six_teams_submit_a_plan_and_the_one_without_a_lead_agency_is_rejected(log: list[Fact]) -> None:
    [rejected] = said(log, ActionPlanRejected)
    accepted = {plan.team_id for plan in said(log, ActionPlanAccepted)}
    without = {
        team.team_id for team in said(log, TeamFormed) if "lead_agency" not in {member.role for member in team.members}
    }
    assert {plan.team_id for plan in said(log, ActionPlanSubmitted)} == accepted | {rejected.team_id}
    assert {rejected.team_id} == without


def test_the_facilitator_is_replaced(log: list[Fact]) -> None:
    [vacated] = [role for role in said(log, RoleVacated) if role.role == "facilitator"]
    [filled] = [role for role in said(log, RoleFilled) if role.role == "facilitator"]
    [changed] = said(log, EngagementChanged)
    assert vacated.on < filled.on == changed.changed_on
    assert changed.people is not None
    assert changed.people.facilitator == filled.person_id != vacated.person_id


def test_the_log_goes_on_until_the_window_of_six_months_has_closed(log: list[Fact]) -> None:
    [closed] = said(log, EngagementClosed)
    assert closed.closed_on.isoformat() == "2018-03-20"
    assert log[-1].time.date().isoformat() <= "2018-09-30"
    assert log[-1].time.month == 9


def test_seventy_three_percent_of_the_answers_at_the_end_say_that_they_will_carry_on(log: list[Fact]) -> None:
    told = [given.answers for given in said(log, EvaluationAnswered) if "/end/" in given.round_id]
    assert round(sum(answers["will_carry_on"] for answers in told) / len(told), 2) == 0.73


def test_every_goal_is_judged(log: list[Fact]) -> None:
    [opened] = said(log, EngagementOpened)
    assert {goal.goal_id for goal in opened.goals} == {goal.goal_id for goal in said(log, GoalAssessed)}
