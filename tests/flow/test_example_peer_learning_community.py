"""What the playbook makes of NCASE's engagement, on the dates at which a program officer would look."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shared.events.base import NO_ENGAGEMENT, Fact, line_of
from shared.events.followup import FollowUpDone, FollowUpHandedOver, FollowUpSkipped, FollowUpSnoozed
from shared.playbooks.history import History, fold
from shared.playbooks.never import never
from tests.support.ncase import EASTERN, NCASE, due, is_owed, log, of_rule, on_a_desk, owed, planned, playbook, task

END = "2018-10-01 12:00"
FIVE_TEAMS = ["team-de", "team-fl", "team-in", "team-ny", "team-wi"]
ByHand = FollowUpDone | FollowUpSkipped | FollowUpSnoozed | FollowUpHandedOver


# ---- before the sessions


def test_regions_that_have_not_answered_after_a_week_are_asked_again() -> None:
    chased = {it.item for it in of_rule("2017-10-24 12:00", "chase-approval") if not it.done}
    assert chased == {"invite-region-2", "invite-region-4"}
    assert due("2017-10-24 12:00", "chase-approval/invite-region-2/1") == "2017-10-24 09:00"
    assert due("2017-10-24 12:00", "chase-approval/invite-region-2/2") == "2017-10-31 09:00"


def test_the_only_team_without_its_lead_agency_is_asked_for_it_three_days_after_it_is_formed() -> None:
    assert [it.item for it in of_rule("2017-11-08 12:00", "bring-in-lead-agency")] == ["team-nh"]
    assert due("2017-11-08 12:00", "bring-in-lead-agency/team-nh/1") == "2017-11-03 09:00"


def test_a_team_that_was_not_signed_off_within_a_week_is_asked_for_it() -> None:
    missing = [it.item for it in of_rule("2017-11-14 12:00", "ask-for-sign-off") if not it.done]
    assert missing == ["team-nh"]


def test_sign_offs_are_checked_before_the_first_session_with_veterans_day_in_between() -> None:
    assert due("2017-10-20 12:00", f"check-sign-offs/{NCASE}-s1/1") == "2017-11-08 09:00"


# ---- sessions


def test_a_session_is_prepared_two_weeks_before_it_starts() -> None:
    assert due("2017-10-20 12:00", f"prepare-session/{NCASE}-s2/1") == "2017-11-28 09:00"


def test_what_hangs_on_a_session_moves_with_it() -> None:
    rules = [
        f"prepare-session/{NCASE}-s3/1",
        f"remind-teams/{NCASE}-s3/1",
        "ask-for-homework/team-in@ncase-ost-2017-h2/1",
    ]
    assert [due("2017-12-13 12:00", key) for key in rules] == [
        "2017-12-26 09:00",
        "2018-01-05 09:00",
        "2018-01-03 09:00",
    ]
    assert [due("2017-12-15 12:00", key) for key in rules] == [
        "2018-01-02 09:00",
        "2018-01-11 09:00",
        "2018-01-10 09:00",
    ]


def test_florida_gets_the_summary_of_the_session_that_it_missed() -> None:
    summaries = [it.title for it in of_rule("2018-03-20 12:00", "summary-to-absent")]
    assert summaries == ["Send FL the summary of session 2"]
    assert due("2018-03-20 12:00", f"summary-to-absent/team-fl@{NCASE}-s2/1") == "2017-12-14 09:00"


def test_nobody_prepares_a_session_that_is_cancelled_but_the_one_in_its_place() -> None:
    assert is_owed("2018-02-02 12:00", f"prepare-session/{NCASE}-s4/1")
    assert not is_owed("2018-02-02 16:00", f"prepare-session/{NCASE}-s4/1")
    assert due("2018-02-05 12:00", f"prepare-session/{NCASE}-s4b/1") == "2018-01-30 09:00"


def test_a_cancelled_session_leaves_a_long_gap_that_is_bridged_until_the_session_is_scheduled_again() -> None:
    gaps = [it.title for it in of_rule("2018-02-02 16:00", "bridge-long-gap") if not it.done]
    assert gaps == ["56 days lie before session 5: write to the teams, or hold a call halfway"]
    assert [it for it in of_rule("2018-02-06 12:00", "bridge-long-gap") if not it.done] == []


def test_homework_filed_under_the_wrong_state_is_asked_for_again() -> None:
    key = f"ask-for-homework/team-ny@{NCASE}-h2/1"
    assert task("2018-01-08 09:40", key).done
    assert not task("2018-01-08 12:00", key).done


# ---- evaluation


def test_the_mid_evaluation_opens_the_day_after_the_third_session_for_two_weeks() -> None:
    opened = task("2018-01-17 12:00", f"mid/{NCASE}/1")
    assert due("2018-01-17 12:00", f"mid/{NCASE}/1") == "2018-01-17 09:00"
    assert opened.closes_at is not None
    assert f"{opened.closes_at.astimezone(EASTERN):%Y-%m-%d}" == "2018-01-31"


def test_the_mid_evaluation_is_only_expected_before_half_of_the_sessions_were_held() -> None:
    assert not task("2018-01-15 12:00", f"mid/{NCASE}/1").reached


def test_the_end_evaluation_opens_after_the_last_session_and_the_later_one_four_months_after_the_close() -> None:
    assert due(END, f"end/{NCASE}/1") == "2018-03-14 09:00"
    assert due(END, f"later/{NCASE}/1") == "2018-07-20 09:00"


def test_goals_are_judged_at_their_date() -> None:
    dates = {it.item: f"{it.due_at.astimezone(EASTERN):%Y-%m-%d}" for it in of_rule(END, "goal")}
    assert dates == {"goal-plan": "2018-03-30", "goal-network": "2018-03-30", "goal-system": "2018-09-14"}
    assert all(it.done for it in of_rule(END, "goal"))


def test_nobody_has_to_declare_goals_that_were_declared_at_the_opening() -> None:
    assert of_rule("2017-10-20 12:00", "declare-goals") == []


# ---- plans and steps


def test_only_the_team_without_a_plan_is_asked_for_it_two_weeks_after_the_last_session() -> None:
    missing = [it for it in of_rule("2018-03-27 12:00", "ask-for-plan") if not it.done]
    assert [it.item for it in missing] == ["team-wi"]
    assert due("2018-03-27 12:00", "ask-for-plan/team-wi/1") == "2018-03-27 09:00"


def test_a_plan_is_looked_back_at_after_thirty_days_unless_it_was_rejected() -> None:
    assert is_owed("2018-04-09 12:00", "look-back-at-plan/plan-nh/1")
    dates = {
        it.item: f"{it.due_at.astimezone(EASTERN):%m-%d}" for it in of_rule("2018-04-10 12:00", "look-back-at-plan")
    }
    assert dates == {"plan-in": "04-11", "plan-de": "04-16", "plan-fl": "04-18", "plan-ny": "04-23", "plan-wi": "05-03"}


def test_when_a_plan_is_rejected_its_follow_ups_go_and_helping_the_team_comes() -> None:
    def about_the_plan(when: str) -> set[str]:
        return {it.rule for it in owed(when).values() if it.item.startswith("plan-nh")}

    assert about_the_plan("2018-04-10 11:00") == {"ask-for-verdict", "look-back-at-plan", "ask-after-step"}
    assert about_the_plan("2018-04-10 12:00") == {"help-with-rejected-plan"}
    assert due("2018-04-10 12:00", "help-with-rejected-plan/plan-nh/1") == "2018-04-12 09:00"


def test_the_rejected_plan_is_handed_to_the_supervisor() -> None:
    assert task("2018-04-13 12:00", "help-with-rejected-plan/plan-nh/1").owed_by == "supervisor"


def test_a_look_back_that_was_put_off_comes_a_week_later() -> None:
    put_off = task("2018-05-04 12:00", "look-back-at-plan/plan-wi/1")
    assert f"{put_off.falls_due_at.astimezone(EASTERN):%Y-%m-%d}" == "2018-05-10"


def test_money_is_the_facilitators_to_help_with_and_policy_the_supervisors_to_raise() -> None:
    assert task("2018-05-18 12:00", "help-past-barrier/plan-fl/fl-s1/1").to == "facilitator"
    assert task("2018-06-05 12:00", "raise-barrier/plan-ny/ny-s1/1").to == "supervisor"
    assert not is_owed("2018-06-05 12:00", "help-past-barrier/plan-ny/ny-s1/1")


def test_a_step_that_is_blocked_is_not_asked_after_as_well() -> None:
    assert not is_owed("2018-05-18 12:00", "ask-after-step/plan-fl/fl-s1/1")


# ---- after the close


def test_the_team_leads_of_accepted_plans_are_met_monthly_for_six_months() -> None:
    meetings = of_rule("2018-05-01 12:00", "team-lead-meeting")
    days = {team: [f"{it.due_at:%m-%d}" for it in meetings if it.item == team] for team in FIVE_TEAMS}
    for team in FIVE_TEAMS:
        assert days[team] == ["04-20", "05-21", "06-20", "07-20", "08-20", "09-20"]
    assert {it.item for it in meetings} == set(FIVE_TEAMS)


def test_follow_up_is_offered_before_the_close_and_never_after_the_window() -> None:
    assert due("2018-01-17 12:00", f"announce-follow-up/{NCASE}/1") == "2018-01-23 09:00"
    contacts = [it.due_at.astimezone(EASTERN).date().isoformat() for it in owed(END).values() if it.contact]
    assert max(contacts) == "2018-09-20"


def test_what_was_not_done_lapses_when_the_window_closes() -> None:
    last = task(END, "team-lead-meeting/team-ny/6")
    assert last.lapse_at is not None
    assert f"{last.lapse_at.astimezone(EASTERN):%Y-%m-%d %H:%M}" == "2018-09-21 00:00"


def test_a_team_that_misses_the_reunion_too_is_not_called_as_one_that_drifts_away() -> None:
    assert of_rule("2018-06-15 12:00", "call-drifting-team") == []


# ---- all of it


@pytest.mark.parametrize("name", ["peer-learning-community", "desk"])
def test_every_rule_can_fire(name: str) -> None:
    assert never(playbook(name)) == ()


def test_nobody_finds_more_than_fifteen_tasks_a_month_on_the_desk() -> None:
    months = Counter((it.to, f"{it.falls_due_at:%Y-%m}") for it in on_a_desk())
    assert max(months.values()) <= 15


def test_everything_is_due_at_nine_in_the_morning_of_a_working_day_where_the_team_is() -> None:
    local = [it.due_at.astimezone(ZoneInfo(it.zone)) for it in owed(END).values()]
    assert {f"{at:%H:%M}" for at in local} == {"09:00"}
    assert {at.weekday() for at in local} <= {0, 1, 2, 3, 4}


@pytest.mark.parametrize("kind", [FollowUpDone, FollowUpSkipped, FollowUpSnoozed, FollowUpHandedOver])
def test_people_do_by_hand_only_what_the_playbook_obliged_them_to(kind: type[ByHand]) -> None:
    known: list[Fact] = []
    by_hand = 0
    for fact in log():
        if isinstance(fact.event, kind):
            by_hand += 1
            line = line_of(fact.event.task_id)
            ruling = "peer-learning-community" if line == NCASE else "desk"
            it = planned(ruling, fold(History(line), known), fact.time)[fact.event.task_id]
            assert it.reached and not it.done
        known.append(fact)
    assert by_hand > 0


def test_requests_are_answered_within_fifteen_working_days_or_stay_open_until_they_are() -> None:
    now = datetime(2017, 10, 13, 12, tzinfo=EASTERN)
    lines = sorted({fact.line for fact in log() if fact.line.startswith(f"{NO_ENGAGEMENT}/")})
    facts = [fact for fact in log() if fact.time <= now]
    answers = [it for line in lines for it in planned("desk", fold(History(line), facts), now).values()]
    answers = [it for it in answers if it.rule == "answer-request"]
    assert [f"{it.due_at:%m-%d}" for it in answers] == ["10-03", "10-05", "10-11", "10-13", "10-18", "10-20"]
    assert not any(it.done for it in answers)
    later = [it for line in lines for it in planned("desk", fold(History(line), log()), now).values()]
    assert all(it.done for it in later if it.rule == "answer-request")
