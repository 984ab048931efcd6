"""Due dates: the wait, the zone, days off, repetitions, and the window."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.events.base import Fact
from shared.playbooks.places import PLACES, Place, Places
from shared.playbooks.planner import calendar_of, look_again_at
from shared.playbooks.wait import UNITS, Wait
from tests.support.counting import SATURDAY, federal, first_shown, in_month, month_after, plus_business_days
from tests.support.saying import NOW, held, history, owed, playbook, said, schedule, session

CALM = settings(deadline=None)
OPENED = said("engagement_opened", planned_sessions=3, planned_close="2027-06-30")
TEAM = said("team_formed")


def team_rule(due: str, more: str = "") -> str:
    return f"- {{name: r, each: team, task: T, to: facilitator, due: {{{due}}}{more}}}"


def due(due: str, formed_on: str, more: str = "", header: str = "") -> list[str]:
    facts = [OPENED, said("team_formed", formed_on=formed_on)]
    return [it.removesuffix(", scheduled") for it in schedule(team_rule(due, more), facts, header).values()]


def again(rules: str, facts: list[Fact], now: datetime = NOW) -> datetime | None:
    """When time alone lengthens the plan."""
    book = playbook(rules)
    return look_again_at(book, history(facts), calendar_of(book, Places()), now)


def test_two_business_days_after_a_thursday_is_monday() -> None:
    assert due("wait: 2 business days, after: formed", "2027-01-07") == ["2027-01-11 09:00"]


def test_business_days_step_over_a_federal_holiday() -> None:
    assert due("wait: 1 business day, after: formed", "2027-01-15") == ["2027-01-19 09:00"]


def test_the_first_working_day_after_a_day_off_is_one_business_day() -> None:
    assert due("wait: 1 business day, after: formed", "2027-01-09") == ["2027-01-11 09:00"]


def test_no_business_days_after_a_saturday_is_the_next_working_day() -> None:
    assert due("wait: 0 business days, after: formed", "2027-01-09") == ["2027-01-11 09:00"]


def test_days_and_weeks_go_by_the_calendar_and_roll_off_days_off() -> None:
    assert due("wait: 3 days, after: formed", "2027-01-06") == ["2027-01-11 09:00"]
    assert due("wait: 2 weeks, after: formed", "2027-01-04") == ["2027-01-19 09:00"], "January 18 is a holiday"


def test_months_go_to_the_same_day_or_the_last_of_the_month() -> None:
    assert due("wait: 1 month, after: formed", "2027-01-05") == ["2027-02-05 09:00"]
    assert due("wait: 1 month, after: formed, roll: none", "2027-01-31") == ["2027-02-28 09:00"]
    assert due("wait: 13 months, after: formed, roll: none", "2027-01-31") == ["2028-02-29 09:00"]


def test_before_subtracts_and_rolls_back() -> None:
    facts = [OPENED, session(1, "2027-01-25T14:00:00-05:00")]
    rule = "- {{name: r, each: session, task: T, to: facilitator, due: {{wait: {}, before: start}}}}"
    assert schedule(rule.format("1 week"), facts) == {"r/s1/1": "2027-01-15 09:00, scheduled"}, "18 is a holiday"
    assert schedule(rule.format("3 business days"), facts) == {"r/s1/1": "2027-01-20 09:00, scheduled"}
    assert schedule(rule.format("1 month"), facts) == {"r/s1/1": "2026-12-24 09:00, scheduled"}


def test_without_a_wait_it_is_due_on_the_day() -> None:
    assert due("after: formed", "2027-01-05") == ["2027-01-05 09:00"]


def test_roll_none_leaves_a_day_off() -> None:
    assert due("wait: 1 day, after: formed, roll: none", "2027-01-08") == ["2027-01-09 09:00"]
    header = "calendar: {roll: none}\n"
    assert due("wait: 1 day, after: formed", "2027-01-08", header=header) == ["2027-01-09 09:00"]


def test_a_rule_can_roll_otherwise_than_its_calendar() -> None:
    header = "calendar: {roll: none}\n"
    assert due("wait: 1 day, after: formed, roll: next", "2027-01-08", header=header) == ["2027-01-11 09:00"]
    assert due("wait: 1 day, after: formed, roll: previous", "2027-01-08") == ["2027-01-08 09:00"]


def test_a_calendar_without_holidays_works_on_them() -> None:
    header = "calendar: {holidays: none}\n"
    assert due("wait: 1 business day, after: formed", "2027-01-15", header=header) == ["2027-01-18 09:00"]


def test_things_fall_due_at_the_hour_of_the_calendar() -> None:
    assert due("after: formed", "2027-01-05", header='calendar: {at: "14:30"}\n') == ["2027-01-05 14:30"]


def test_a_team_is_counted_in_the_zone_of_its_jurisdiction_and_a_session_in_that_of_the_engagement() -> None:
    facts = [OPENED, said("team_formed", team_id="gu", jurisdiction="GU"), session(1, "2027-01-12T14:00:00-05:00")]
    facts.append(held(1, "2027-01-12T14:00:00-05:00"))
    rules = (
        "- {name: a, each: attendance, task: T, to: facilitator, due: {after: held}}\n"
        "- {name: b, each: session, task: T, to: facilitator, due: {after: held}}"
    )
    plan = owed(playbook(rules), facts)
    assert plan["a/gu@s1/1"].due_at == datetime(2027, 1, 12, 23, tzinfo=UTC), "nine in the morning of the 13th there"
    assert plan["b/s1/1"].due_at == datetime(2027, 1, 12, 14, tzinfo=UTC)


def test_an_unknown_tribe_is_counted_in_the_zone_of_the_engagement_and_a_known_one_in_its_own() -> None:
    facts = [OPENED, said("team_formed", team_id="t", jurisdiction="tribe-yurok")]
    book = playbook(team_rule("after: formed"))
    assert owed(book, facts)["r/t/1"].zone == "America/New_York"
    yurok = Places({"tribe-yurok": Place("tribe-yurok", "Yurok Tribe", 9, "America/Los_Angeles")})
    assert owed(book, facts, places=yurok)["r/t/1"].zone == "America/Los_Angeles"


def test_nine_in_the_morning_stays_nine_in_the_morning_when_clocks_change() -> None:
    facts = [OPENED, TEAM]
    rule = team_rule("wait: 2 months, after: formed", ", repeat: {every: 1 week, times: 3}")
    hours = [it.due_at.strftime("%m-%d %H") for it in owed(playbook(rule), facts).values()]
    assert hours == ["03-04 14", "03-11 14", "03-18 13"]


def test_an_hour_that_a_clock_change_skips_is_the_first_instant_after_it() -> None:
    header = 'calendar: {at: "02:30", roll: none}\n'
    facts = [OPENED, said("team_formed", formed_on="2027-03-14")]
    plan = owed(playbook(team_rule("after: formed"), header), facts)
    assert plan["r/ky/1"].due_at == datetime(2027, 3, 14, 7, tzinfo=UTC)


def test_each_occurrence_is_counted_from_the_moment_and_never_from_the_one_before() -> None:
    every_month = ", repeat: {every: 1 month, times: 4}"
    assert due("wait: 1 month, after: formed, roll: none", "2027-01-31", every_month) == [
        "2027-02-28 09:00", "2027-03-31 09:00", "2027-04-30 09:00", "2027-05-31 09:00",
    ]  # fmt: skip


def test_unlike_units_are_added_one_after_the_other() -> None:
    every_month = ", repeat: {every: 1 month, times: 2}"
    assert due("wait: 10 days, after: formed, roll: none", "2027-01-21", every_month) == [
        "2027-01-31 09:00",
        "2027-02-28 09:00",
    ]


def test_occurrences_before_a_moment_come_nearer_to_it_and_go_on() -> None:
    facts = [OPENED, session(1, "2027-03-24T14:00:00-04:00")]
    rule = (
        "- {name: r, each: session, task: T, to: facilitator, due: {wait: 2 weeks, before: start}, "
        "repeat: {every: 1 week, times: 3}}"
    )
    assert [it[:10] for it in schedule(rule, facts).values()] == ["2027-03-10", "2027-03-17", "2027-03-24"]


def test_a_repetition_until_a_moment_keeps_what_is_due_by_that_day() -> None:
    until_closed = ", repeat: {every: 1 month, until: closed}"
    dates = due("wait: 1 month, after: formed", "2027-01-29", until_closed)
    assert dates[-1] == "2027-06-29 09:00", "the close is expected on June 30"
    assert len(dates) == 5
    facts = [OPENED, said("team_formed", formed_on="2027-01-29"), said("engagement_closed", closed_on="2027-04-29")]
    assert len(schedule(team_rule("wait: 1 month, after: formed", until_closed), facts)) == 3


def test_what_rolls_past_the_until_is_not_there() -> None:
    facts = [said("engagement_opened", planned_close="2027-02-06"), said("team_formed", formed_on="2027-01-06")]
    until_closed = ", repeat: {every: 1 month, until: closed}"
    assert schedule(team_rule("wait: 1 month, after: formed", until_closed), facts) == {}


def test_times_and_until_limit_together() -> None:
    both = ", repeat: {every: 1 month, times: 2, until: closed}"
    assert len(due("wait: 1 month, after: formed", "2027-01-29", both)) == 2


def test_a_repetition_without_an_end_is_planned_twelve_months_ahead_and_rolls_on() -> None:
    rule = team_rule("wait: 1 month, after: formed", ", repeat: {every: 1 month}")
    facts = [said("engagement_opened"), TEAM]
    assert len(schedule(rule, facts)) == 12
    assert len(schedule(rule, facts, now=NOW.replace(month=2))) == 13
    assert again(rule, facts) == datetime(2027, 2, 4, tzinfo=UTC), "when the thirteenth is twelve months ahead"


def test_a_repetition_without_an_end_grows_at_midnight_in_utc_when_it_is_looked_at_again() -> None:
    rule = team_rule("after: formed, roll: none", ", repeat: {every: 1 day}")
    facts = [said("engagement_opened"), said("team_formed", jurisdiction="HI")]
    days = [len(schedule(rule, facts, now=datetime(2027, 3, 1, hour, tzinfo=UTC))) for hour in (0, 9, 10, 23)]
    assert len(set(days)) == 1, "nothing comes in between, though the day begins at ten o'clock UTC in Hawaii"


def test_a_repetition_until_a_moment_nobody_expects_is_planned_twelve_months_ahead() -> None:
    rule = team_rule("wait: 1 month, after: formed", ", repeat: {every: 1 month, until: closed}")
    assert len(schedule(rule, [said("engagement_opened"), TEAM])) == 12


def test_a_plan_that_time_alone_does_not_lengthen_is_not_looked_at_again() -> None:
    counted = team_rule("wait: 1 month, after: formed", ", repeat: {every: 1 month, times: 3}")
    until_closed = team_rule("wait: 1 month, after: formed", ", repeat: {every: 1 month, until: closed}")
    assert again(counted, [OPENED, TEAM]) is None
    assert again(until_closed, [OPENED, TEAM]) is None, "the close is expected on June 30"
    assert again(until_closed, [said("engagement_opened"), TEAM]) is not None


@CALM
@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.sampled_from(["1 day", "3 weeks", "1 month", "7 months"]))
def test_a_plan_grows_at_the_midnight_at_which_it_is_looked_at_again_and_not_before(formed: date, every: str) -> None:
    rule = team_rule("after: formed, roll: none", f", repeat: {{every: {every}}}")
    facts = [said("engagement_opened"), said("team_formed", formed_on=f"{formed}")]
    midnight = again(rule, facts, now := datetime.combine(formed, time(12), UTC))
    assert midnight is not None
    planned = schedule(rule, facts, now=now)
    assert schedule(rule, facts, now=midnight - timedelta(microseconds=1)) == planned
    assert len(schedule(rule, facts, now=midnight)) == len(planned) + 1


def test_a_repetition_ends_after_twelve_hundred_occurrences() -> None:
    rule = team_rule("after: formed", ", repeat: {every: 1 day}")
    facts = [said("engagement_opened"), said("team_formed", formed_on="2017-01-04")]
    assert len(schedule(rule, facts)) == 1200


def test_contact_ends_with_the_window_its_last_day_included() -> None:
    header = "window: {wait: 6 months, after: closed}\n"
    facts = [OPENED, TEAM, said("engagement_closed", closed_on="2027-03-22")]
    rule = team_rule("wait: 1 month, after: closed", ", repeat: {every: 1 month, times: 8}")
    contact = team_rule("wait: 1 month, after: closed", ", repeat: {every: 1 month, times: 8}, contact: true")
    assert len(schedule(rule, facts, header)) == 8
    assert list(schedule(contact, facts, header).values())[-1] == "2027-09-22 09:00, scheduled"
    assert len(schedule(contact, facts, header)) == 6


def test_what_rolls_out_of_the_window_is_not_there() -> None:
    header = "window: {wait: 1 month, after: closed}\n"
    facts = [OPENED, TEAM, said("engagement_closed", closed_on="2027-03-10")]
    contact = team_rule("wait: 1 month, after: closed", ", contact: true")
    assert schedule(contact, facts, header) == {}, "April 10 is a Saturday, and the window's last day"


def test_an_expected_close_bounds_the_window_and_without_one_there_is_no_bound() -> None:
    header = "window: {wait: 1 month, after: closed}\n"
    contact = team_rule("wait: 8 months, after: formed", ", contact: true")
    assert schedule(contact, [OPENED, TEAM], header) == {}
    assert len(schedule(contact, [said("engagement_opened"), TEAM], header)) == 1


def test_grace_escalation_and_lapse_are_counted_from_the_due_date() -> None:
    more = ", grace: 2 business days, escalate: {wait: 1 week, to: supervisor}, lapse: 1 month"
    plan = owed(playbook(team_rule("after: formed", more)), [OPENED, said("team_formed", formed_on="2027-01-08")])
    it = plan["r/ky/1"]
    assert it.overdue_at == datetime(2027, 1, 12, 14, tzinfo=UTC)
    assert it.escalate_at == datetime(2027, 1, 15, 14, tzinfo=UTC)
    assert it.escalate_to == "supervisor"
    assert it.lapse_at == datetime(2027, 2, 8, 14, tzinfo=UTC)
    assert it.lapse_reason == "not done within 1 month"


def test_five_business_days_are_the_grace_of_whoever_says_none() -> None:
    plan = owed(playbook(team_rule("after: formed")), [OPENED, said("team_formed", formed_on="2027-01-08")])
    assert plan["r/ky/1"].overdue_at == datetime(2027, 1, 15, 14, tzinfo=UTC)


def test_contact_lapses_at_the_end_of_the_windows_last_day_once_the_engagement_has_closed() -> None:
    header = "window: {wait: 1 month, after: closed}\n"
    book = playbook(team_rule("wait: 1 week, after: formed", ", contact: true"), header)
    assert owed(book, [OPENED, TEAM])["r/ky/1"].lapse_at is None, "the close is only expected"
    closed = owed(book, [OPENED, TEAM, said("engagement_closed", closed_on="2027-03-15")])["r/ky/1"]
    assert closed.lapse_at == datetime(2027, 4, 16, 4, tzinfo=UTC)
    assert closed.lapse_reason == "the window closed on 2027-04-15"


def test_a_round_closes_so_long_after_it_opened_and_is_never_overdue() -> None:
    rule = (
        "- {name: r, each: engagement, evaluation: mid, due: {wait: 1 business day, after: opened}, "
        "open_for: 2 weeks, remind: [1 week, 12 days]}"
    )
    it = owed(playbook(rule), [OPENED])["r/e1/1"]
    assert (it.kind, it.to, it.title, it.instrument, it.ask) == ("mid", "evaluator", "Mid evaluation", "mid", "members")
    assert it.closes_at == datetime(2027, 1, 19, 14, tzinfo=UTC)
    assert [moment.day for moment in it.remind_at] == [12, 15], "January 17 is a Sunday, 18 a holiday, 19 the close"
    assert it.overdue_at is None


def test_nobody_is_reminded_on_the_day_of_the_close_or_later() -> None:
    rule = (
        "- {name: r, each: engagement, evaluation: mid, due: {after: opened}, open_for: 2 weeks, "
        "remind: [12 days, 11 days, 2 weeks, 3 weeks]}"
    )
    it = owed(playbook(rule), [OPENED])["r/e1/1"]
    assert it.closes_at == datetime(2027, 1, 19, 14, tzinfo=UTC)
    assert [moment.day for moment in it.remind_at] == [15], "all that would roll past the week end, once"
    short = owed(playbook(rule.replace("2 weeks, ", "2 days, ", 1)), [OPENED])["r/e1/1"]
    assert short.remind_at == ()
    untimed = owed(playbook(rule.replace("open_for: 2 weeks, ", "")), [OPENED])["r/e1/1"]
    assert [moment.day for moment in untimed.remind_at] == [15, 19, 25], "a round that nobody closes goes on"


def test_what_would_be_due_beyond_the_years_that_facts_can_tell_is_not_there() -> None:
    rule = team_rule("wait: 20 years, after: formed".replace("20 years", "240 months"))
    assert schedule(rule, [OPENED, said("team_formed", formed_on="2199-01-04")]) == {}


WAITS = st.builds(Wait, st.integers(0, 40), st.sampled_from(UNITS))
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def counted(day: date, wait: Wait, sign: int) -> date:
    """The due date, by plain counting."""
    match wait.unit:
        case "business days":
            day = plus_business_days(day, sign * wait.n)
        case "months":
            day = in_month(month_after(day.replace(day=1), sign * wait.n), day.day)
        case _:
            day += timedelta(days=sign * wait.n * (7 if wait.unit == "weeks" else 1))
    while day.weekday() >= SATURDAY or day in federal(day.year):
        day += timedelta(days=sign)
    return day


@CALM
@given(DAYS, WAITS, st.sampled_from(["after", "before"]), st.sampled_from(sorted(PLACES)))
@example(date(2024, 2, 29), Wait(12, "months"), "after", "AK")
@example(date(2027, 3, 13), Wait(1, "days"), "after", "NY")
@example(date(2026, 10, 31), Wait(0, "days"), "before", "GU")
def test_every_due_date_is_as_by_plain_counting_in_every_jurisdiction(
    day: date, wait: Wait, direction: str, code: str
) -> None:
    book = playbook(team_rule(f"wait: {wait}, {direction}: formed"))
    facts = [said("engagement_opened"), said("team_formed", formed_on=day, jurisdiction=code)]
    expected = counted(day, wait, 1 if direction == "after" else -1)
    assert owed(book, facts)["r/ky/1"].due_at == first_shown(expected, time(9), ZoneInfo(PLACES[code].zone))


@CALM
@given(DAYS, st.times(), st.sampled_from(sorted(PLACES)), st.integers(0, 10))
def test_an_instant_is_the_local_day_of_the_team(day: date, at: time, code: str, n: int) -> None:
    held_at = datetime.combine(day, at.replace(microsecond=0), UTC)
    rule = f"- {{name: r, each: attendance, task: T, to: f, due: {{wait: {n} business days, after: held}}}}"
    facts = [said("engagement_opened"), said("team_formed", formed_on="2019-01-01", jurisdiction=code)]
    facts += [session(1, held_at.isoformat()), held(1, held_at.isoformat())]
    it = owed(playbook(rule), facts)["r/ky@s1/1"]
    assert it.moment_on == held_at.astimezone(ZoneInfo(PLACES[code].zone)).date()
    assert it.due_at == first_shown(counted(it.moment_on, Wait(n, "business days"), 1), time(9), ZoneInfo(it.zone))


def test_contact_outside_engagements_has_no_window() -> None:
    rule = "- {name: r, each: request, task: T, to: f, contact: true, due: {after: logged}}"
    book = playbook(rule, "window: {wait: 1 month}\n").model_copy(update={"playbook": "desk"})
    assert set(owed(book, [said("ta_request_logged")], line="-/r1")) == {"r/r1/1"}
