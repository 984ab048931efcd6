"""What to expect of an engagement whose sessions have no time yet: as its playbook plans, from today on."""

from datetime import UTC, datetime

from shared.events.base import Fact
from shared.playbooks.history import History, fold
from shared.playbooks.model import read
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of, plan
from shared.playbooks.projected import projected
from tests.support.saying import said

NOW = datetime(2027, 1, 13, 17, tzinfo=UTC)
BOOK = read("""
playbook: example
version: 1
title: Example
sessions: {planned: 4, every: 4 weeks}
window: {wait: 6 months, after: closed}
rules:
- {name: mid, each: engagement, evaluation: mid, instrument: m, due: {after: half_of_sessions}}
- {name: end, each: engagement, evaluation: end, instrument: e, due: {after: last_session}}
- {name: later, each: engagement, evaluation: later, instrument: l, due: {wait: 1 month, after: closed}}
""")
CALENDAR = calendar_of(BOOK, Places(), "America/New_York")


def expected(*facts: Fact, now: datetime = NOW) -> dict[str, str]:
    """The rounds of the engagement and their days, with what is projected."""
    history = projected(BOOK, fold(History("e1"), facts), CALENDAR, now)
    assert not any(one.reached for one in plan(BOOK, history, CALENDAR, now).values())
    return {one.rule: f"{one.due_at:%Y-%m-%d}" for one in plan(BOOK, history, CALENDAR, now).values()}


def test_an_engagement_without_any_session_expects_all_its_rounds() -> None:
    # Opened on January 5: six weeks to the first session, four from each to the next, six more to the end.
    told = expected(said("engagement_opened"))
    assert told == {"mid": "2027-03-16", "end": "2027-05-11", "later": "2027-07-22"}


def test_what_has_a_time_keeps_it_and_the_others_follow_it() -> None:
    first = said("session_scheduled", session_id="s1", number=1, starts_at="2027-02-01T15:00:00-05:00")
    assert expected(said("engagement_opened"), first)["mid"] == "2027-03-01"


def test_what_should_have_been_is_expected_from_today_on() -> None:
    told = expected(said("engagement_opened"), now=datetime(2027, 8, 2, 17, tzinfo=UTC))
    assert told["mid"] == "2027-08-30"


def test_a_planned_end_is_kept() -> None:
    told = expected(said("engagement_opened", planned_close="2027-12-01"))
    assert told["later"] == "2028-01-03"


def test_where_nothing_is_missing_the_history_is_the_same() -> None:
    for facts in ((), (said("engagement_opened"), said("engagement_closed", closed_on="2027-01-12"))):
        history = fold(History("e1"), facts)
        assert projected(BOOK, history, CALENDAR, NOW) is history
