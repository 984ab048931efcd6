"""Moments of every scope: when they are reached, when they are only expected, and when there are none."""

from tests.support.saying import GOAL, STEP, held, owed, playbook, said, schedule, session

OPENED = said("engagement_opened", planned_sessions=3, planned_close="2027-06-30")
TEAM = said("team_formed")


def rule(each: str, moment: str, wait: str = "0 days") -> str:
    return f"- {{name: r, each: {each}, task: T, to: facilitator, due: {{wait: {wait}, after: {moment}}}}}"


def test_nothing_is_owed_before_an_engagement_is_opened() -> None:
    facts = [TEAM, session(1, "2027-01-12T14:00:00-05:00")]
    assert schedule(rule("team", "formed"), facts) == {}
    assert schedule(rule("team", "formed"), [*facts, OPENED]) == {"r/ky/1": "2027-01-04 09:00, scheduled"}


def test_an_engagement_opens_on_the_day_that_it_tells() -> None:
    assert schedule(rule("engagement", "opened"), [OPENED]) == {"r/e1/1": "2027-01-04 09:00, scheduled"}


def test_a_change_can_move_the_opening() -> None:
    changed = said("engagement_changed", changed_on="2027-01-05", opened_on="2027-01-06")
    plan = owed(playbook(rule("engagement", "opened")), [OPENED, changed])
    assert plan["r/e1/1"].moment_on.isoformat() == "2027-01-06"
    assert plan["r/e1/1"].because == changed.id


def test_the_closing_is_expected_on_the_planned_day_and_reached_on_the_real_one() -> None:
    assert schedule(rule("engagement", "closed"), [OPENED]) == {"r/e1/1": "2027-06-30 09:00, expected"}
    closed = said("engagement_closed", closed_on="2027-06-15")
    assert schedule(rule("engagement", "closed"), [OPENED, closed]) == {"r/e1/1": "2027-06-15 09:00, scheduled"}


def test_without_a_planned_close_the_closing_is_not_expected() -> None:
    assert schedule(rule("engagement", "closed"), [said("engagement_opened")]) == {}


def test_first_half_and_last_session_are_expected_when_scheduled_and_reached_when_held() -> None:
    days = ("2027-01-12", "2027-02-09", "2027-03-09")
    facts = [OPENED, *(session(n, f"{day}T14:00:00-05:00") for n, day in enumerate(days, 1))]
    facts += [held(1, "2027-01-13T14:00:00-05:00"), held(2, "2027-02-10T14:00:00-05:00")]
    for moment, owed_then in (
        ("first_session", "2027-01-13 09:00, scheduled"),
        ("half_of_sessions", "2027-02-10 09:00, scheduled"),
        ("last_session", "2027-03-09 09:00, expected"),
    ):
        assert schedule(rule("engagement", moment), facts) == {"r/e1/1": owed_then}


def test_half_of_the_sessions_is_rounded_up() -> None:
    facts = [said("engagement_opened", planned_sessions=5), session(3, "2027-03-09T14:00:00-05:00")]
    assert schedule(rule("engagement", "half_of_sessions"), facts) == {"r/e1/1": "2027-03-09 09:00, expected"}


def test_the_playbook_tells_how_many_sessions_are_planned_where_the_engagement_does_not() -> None:
    facts = [said("engagement_opened"), session(2, "2027-03-09T14:00:00-05:00")]
    assert schedule(rule("engagement", "last_session"), facts) == {}
    header = "sessions: {planned: 2}\n"
    assert schedule(rule("engagement", "last_session"), facts, header) == {"r/e1/1": "2027-03-09 09:00, expected"}


def test_an_engagement_that_closes_before_its_last_session_has_it_at_its_closing() -> None:
    closed = said("engagement_closed", closed_on="2027-02-15")
    facts = [OPENED, session(2, "2027-02-09T14:00:00-05:00"), session(3, "2027-03-09T14:00:00-05:00"), closed]
    plan = owed(playbook(rule("engagement", "last_session", "1 day")), facts)
    assert plan["r/e1/1"].moment_on.isoformat() == "2027-02-15"
    assert plan["r/e1/1"].because == closed.id
    assert schedule(rule("engagement", "half_of_sessions"), facts) == {}


def test_a_last_session_that_was_held_is_the_last_session_even_after_the_closing() -> None:
    facts = [OPENED, session(3, "2027-03-09T14:00:00-05:00"), said("engagement_closed", closed_on="2027-02-16")]
    facts.append(held(3, "2027-03-10T14:00:00-05:00"))
    assert schedule(rule("engagement", "last_session"), facts) == {"r/e1/1": "2027-03-10 09:00, scheduled"}


def test_a_session_starts_as_soon_as_it_is_scheduled() -> None:
    facts = [OPENED, session(1, "2027-01-12T14:00:00-05:00")]
    assert schedule(rule("session", "start"), facts) == {"r/s1/1": "2027-01-12 09:00, scheduled"}
    assert schedule(rule("session", "held"), facts) == {"r/s1/1": "2027-01-12 09:00, expected"}


def test_a_cancelled_session_keeps_no_moment_but_that_one() -> None:
    facts = [OPENED, session(1, "2027-01-12T14:00:00-05:00"), said("session_cancelled", cancelled_on="2027-01-11")]
    facts.append(held(1, "2027-01-12T14:00:00-05:00"))
    assert schedule(rule("session", "start"), facts) == {}
    assert schedule(rule("session", "held"), facts) == {}
    assert schedule(rule("session", "cancelled"), facts) == {"r/s1/1": "2027-01-11 09:00, scheduled"}


def test_the_number_of_a_cancelled_session_can_be_scheduled_again() -> None:
    facts = [OPENED, session(1, "2027-01-12T14:00:00-05:00"), said("session_cancelled", cancelled_on="2027-01-11")]
    facts.append(session(1, "2027-01-19T14:00:00-05:00", "s1-again"))
    assert schedule(rule("engagement", "first_session"), facts) == {"r/e1/1": "2027-01-19 09:00, expected"}


def test_of_two_sessions_with_one_number_the_one_that_was_held_counts_then_the_earlier() -> None:
    facts = [OPENED, session(1, "2027-01-12T14:00:00-05:00"), session(1, "2027-01-13T14:00:00-05:00", "s1b")]
    assert schedule(rule("engagement", "first_session"), facts) == {"r/e1/1": "2027-01-12 09:00, expected"}
    facts.append(held(1, "2027-01-13T14:00:00-05:00", "s1b"))
    assert schedule(rule("engagement", "first_session"), facts) == {"r/e1/1": "2027-01-13 09:00, scheduled"}


def test_a_session_that_was_held_before_anybody_heard_of_it_counts_once_it_is_scheduled() -> None:
    facts = [OPENED, held(1, "2027-01-12T14:00:00-05:00")]
    assert schedule(rule("session", "held"), facts) == {}
    facts.append(session(1, "2027-01-12T14:00:00-05:00"))
    assert schedule(rule("session", "held"), facts) == {"r/s1/1": "2027-01-12 09:00, scheduled"}


def test_a_team_shares_the_moments_of_its_engagement_in_its_own_zone() -> None:
    guam = said("team_formed", team_id="gu", jurisdiction="GU")
    facts = [OPENED, guam, session(1, "2027-01-12T14:00:00-05:00"), held(1, "2027-01-12T14:00:00-05:00")]
    assert schedule(rule("team", "first_session"), facts) == {"r/gu/1": "2027-01-13 09:00, scheduled"}


def test_a_team_that_left_owes_nothing_and_nothing_is_owed_to_it() -> None:
    facts = [OPENED, TEAM, said("team_left"), said("action_plan_submitted", submitted_on="2027-01-20", steps=[STEP])]
    facts += [session(1, "2027-01-12T14:00:00-05:00"), held(1, "2027-01-12T14:00:00-05:00")]
    facts.append(said("homework_assigned", due_on="2027-01-20"))
    for each, moment in (
        ("team", "formed"), ("attendance", "held"), ("homework", "due"), ("plan", "submitted"), ("step", "done"),
    ):  # fmt: skip
        assert schedule(rule(each, moment), facts) == {}


def test_a_plan_of_a_team_that_is_not_known_yet_waits_for_the_team() -> None:
    facts = [OPENED, said("action_plan_submitted", submitted_on="2027-01-20")]
    assert schedule(rule("plan", "submitted"), facts) == {}
    assert schedule(rule("plan", "submitted"), [*facts, TEAM]) == {"r/p1/1": "2027-01-20 09:00, scheduled"}


def test_a_team_is_signed_off_when_the_last_of_its_leaders_has_signed() -> None:
    facts = [OPENED, TEAM, said("leadership_signed_off", signed_on="2027-01-08")]
    facts.append(said("leadership_signed_off", signed_on="2027-01-13", role="health"))
    assert schedule(rule("team", "signed_off"), facts) == {"r/ky/1": "2027-01-13 09:00, scheduled"}


def test_the_plan_that_a_team_submitted_last_is_its_plan() -> None:
    facts = [OPENED, TEAM, said("action_plan_submitted", submitted_on="2027-01-20")]
    facts.append(said("action_plan_rejected", on="2027-01-21"))
    assert schedule(rule("team", "plan_rejected"), facts) == {"r/ky/1": "2027-01-21 09:00, scheduled"}
    facts.append(said("action_plan_submitted", plan_id="p2", submitted_on="2027-01-25"))
    assert schedule(rule("team", "plan_submitted"), facts) == {"r/ky/1": "2027-01-25 09:00, scheduled"}
    assert schedule(rule("team", "plan_rejected"), facts) == {}
    assert set(schedule(rule("plan", "submitted"), facts)) == {"r/p1/1", "r/p2/1"}


def test_a_plan_that_is_accepted_again_was_accepted_then() -> None:
    facts = [OPENED, TEAM, said("action_plan_submitted", submitted_on="2027-01-20")]
    facts += [said("action_plan_accepted", on="2027-01-21"), said("action_plan_rejected", on="2027-01-22")]
    facts.append(said("action_plan_accepted", on="2027-01-26", revision=1))
    assert schedule(rule("plan", "accepted"), facts) == {"r/p1/1": "2027-01-26 09:00, scheduled"}


def test_attendance_is_of_each_team_formed_by_the_day_and_each_session_held() -> None:
    late = said("team_formed", team_id="vi", jurisdiction="VI", formed_on="2027-01-13")
    facts = [OPENED, TEAM, late, session(1, "2027-01-12T14:00:00-05:00"), session(2, "2027-02-09T14:00:00-05:00")]
    assert schedule(rule("attendance", "held"), facts) == {}
    facts.append(held(1, "2027-01-12T14:00:00-05:00"))
    assert schedule(rule("attendance", "held"), facts) == {"r/ky@s1/1": "2027-01-12 09:00, scheduled"}


def test_a_team_formed_on_the_day_of_a_session_in_its_own_zone_was_due_there() -> None:
    guam = said("team_formed", team_id="gu", jurisdiction="GU", formed_on="2027-01-13")
    facts = [OPENED, guam, session(1, "2027-01-12T14:00:00-05:00"), held(1, "2027-01-12T14:00:00-05:00")]
    assert schedule(rule("attendance", "held"), facts) == {"r/gu@s1/1": "2027-01-13 09:00, scheduled"}


def test_homework_is_of_each_team_that_was_there_when_it_was_assigned() -> None:
    late = said("team_formed", team_id="vi", jurisdiction="VI", formed_on="2027-01-13")
    homework = said("homework_assigned", due_on="2027-01-26", at="2027-01-12T16:00:00-05:00")
    facts = [OPENED, TEAM, late, homework]
    assert schedule(rule("homework", "assigned"), facts) == {"r/ky@h1/1": "2027-01-12 09:00, scheduled"}
    assert schedule(rule("homework", "due"), facts) == {"r/ky@h1/1": "2027-01-26 09:00, scheduled"}
    assert schedule(rule("homework", "handed_in"), facts) == {"r/ky@h1/1": "2027-01-26 09:00, expected"}
    facts.append(said("homework_handed_in", handed_in_on="2027-01-25"))
    assert schedule(rule("homework", "handed_in"), facts) == {"r/ky@h1/1": "2027-01-25 09:00, scheduled"}


def test_a_step_without_a_date_has_nothing_to_be_expected() -> None:
    facts = [OPENED, TEAM, said("action_plan_submitted", submitted_on="2027-01-20", steps=[STEP])]
    assert schedule(rule("step", "due"), facts) == {}
    assert schedule(rule("step", "done"), facts) == {}


def test_a_step_is_due_on_its_day_and_expected_to_be_done_then() -> None:
    dated = {**STEP, "due_on": "2027-02-10"}
    facts = [OPENED, TEAM, said("action_plan_submitted", submitted_on="2027-01-20", steps=[dated])]
    assert schedule(rule("step", "due"), facts) == {"r/p1/t1/1": "2027-02-10 09:00, scheduled"}
    assert schedule(rule("step", "done"), facts) == {"r/p1/t1/1": "2027-02-10 09:00, expected"}
    assert schedule(rule("step", "reported"), facts) == {}


def test_a_step_is_done_at_the_first_report_that_no_later_one_contradicts() -> None:
    facts = [OPENED, TEAM, said("action_plan_submitted", submitted_on="2027-01-20", steps=[STEP])]

    def done_after(*reports: tuple[str, str]) -> dict[str, str]:
        said_so = [said("action_step_reported", status=status, reported_on=f"2027-{day}") for day, status in reports]
        return schedule(rule("step", "done"), [*facts, *said_so])

    assert done_after(("02-01", "under_way")) == {}
    assert done_after(("02-01", "done")) == {"r/p1/t1/1": "2027-02-01 09:00, scheduled"}
    assert done_after(("02-01", "done"), ("02-08", "done")) == {"r/p1/t1/1": "2027-02-01 09:00, scheduled"}
    assert done_after(("02-01", "done"), ("02-08", "blocked")) == {}
    assert done_after(("02-01", "done"), ("02-08", "blocked"), ("02-16", "done")) == {
        "r/p1/t1/1": "2027-02-16 09:00, scheduled"
    }


def test_a_step_is_reported_when_it_was_reported_last() -> None:
    facts = [OPENED, TEAM, said("action_plan_submitted", submitted_on="2027-01-20", steps=[STEP])]
    facts += [said("action_step_reported", reported_on=day) for day in ("2027-02-08", "2027-02-01")]
    assert schedule(rule("step", "reported"), facts) == {"r/p1/t1/1": "2027-02-08 09:00, scheduled"}


def test_an_approval_is_asked_for_and_answered() -> None:
    facts = [OPENED, said("approval_requested", engagement_id="e1")]
    assert schedule(rule("approval", "asked"), facts) == {"r/a1/1": "2027-01-04 09:00, scheduled"}
    assert schedule(rule("approval", "answered"), facts) == {}
    facts.append(said("approval_answered", engagement_id="e1"))
    assert schedule(rule("approval", "answered"), facts) == {"r/a1/1": "2027-01-08 09:00, scheduled"}


def test_a_goal_is_declared_by_the_first_fact_that_tells_it() -> None:
    opened = said("engagement_opened", goals=[{**GOAL, "by": "2027-05-03"}])
    later = {**GOAL, "goal_id": "g2"}
    changed = said("engagement_changed", changed_on="2027-02-01", goals=[{**GOAL, "by": "2027-06-01"}, later])
    assert schedule(rule("goal", "declared"), [opened, changed]) == {
        "r/g1/1": "2027-01-04 09:00, scheduled",
        "r/g2/1": "2027-02-01 09:00, scheduled",
    }
    assert schedule(rule("goal", "by"), [opened, changed]) == {"r/g1/1": "2027-06-01 09:00, scheduled"}


def test_a_goal_that_was_dropped_is_no_goal() -> None:
    opened = said("engagement_opened", goals=[GOAL])
    changed = said("engagement_changed", changed_on="2027-02-01", goals=[])
    assert schedule(rule("goal", "declared"), [opened, changed]) == {}


def test_a_goal_that_is_assessed_again_was_assessed_then() -> None:
    facts = [said("engagement_opened", goals=[GOAL])]
    facts += [said("goal_assessed", on="2027-02-01"), said("goal_assessed", on="2027-03-01", revision=1)]
    assert schedule(rule("goal", "assessed"), facts) == {"r/g1/1": "2027-03-01 09:00, scheduled"}


def test_a_request_is_ruled_by_the_desk_in_the_zone_of_who_asks() -> None:
    book = playbook(rule("request", "logged", "1 day")).model_copy(update={"playbook": "desk"})
    request = said("ta_request_logged", request_id="r1", jurisdiction="GU")
    plan = owed(book, [request], line="-/r1")
    assert {key: (it.key, it.due_at.isoformat()) for key, it in plan.items()} == {
        "r/r1/1": ("-/r/r1/1", "2027-01-04T23:00:00+00:00")
    }


def test_a_request_that_was_withdrawn_obliges_to_nothing() -> None:
    book = playbook(rule("request", "logged"))
    assert owed(book, [said("ta_request_logged"), said("ta_request_withdrawn")], line="-/r1") == {}


def test_a_request_of_an_unknown_tribe_is_counted_in_the_zone_of_this_house() -> None:
    book = playbook(rule("request", "logged"))
    plan = owed(book, [said("ta_request_logged", jurisdiction="tribe-yurok")], line="-/r1")
    assert plan["r/r1/1"].zone == "America/New_York"
