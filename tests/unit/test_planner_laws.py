"""Laws that hold for every log: order, repetition, other engagements, retraction, and reconciling twice."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events.base import Fact, FactRetracted
from shared.obligations.reconcile import OPEN, Row, apply, next_at, pairs, pass_time, reconcile
from shared.playbooks.calendar import works
from shared.playbooks.history import History, fold
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.planned import NOTHING, plan_again
from shared.playbooks.planner import calendar_of, look_again_at, plan
from tests.support.logs import HEADER, RULES, logs_of_an_engagement
from tests.support.saying import playbook, retraction, said

BOOK = playbook(RULES, HEADER)
CALENDAR = calendar_of(BOOK, Places())
INSTANTS = st.integers(0, 15_000).map(lambda hours: datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=hours))
LAW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def shuffled_and_doubled(log: list[Fact]) -> st.SearchStrategy[list[Fact]]:
    """The same facts in another order, the first half of them twice."""
    return st.permutations([*log, *log[: len(log) // 2]])


def planned(facts: list[Fact], now: datetime) -> dict[str, Obligation]:
    return plan(BOOK, fold(History("e1"), facts), CALENDAR, now)


def ledger(facts: list[Fact], now: datetime, batch: int = 1) -> dict[str, Row]:
    """What is recorded after hearing these facts in this order, so many at a time, all at one instant."""
    history, rows = History("e1"), dict[str, Row]()
    for first in range(0, len(facts), batch):
        history = fold(history, facts[first : first + batch])
        for change in reconcile(plan(BOOK, history, CALENDAR, now), rows, history.marks, now):
            rows[change.row.key] = apply(rows.get(change.row.key), change)
        for row in list(rows.values()):
            for change in pass_time(row, now):
                rows[change.row.key] = apply(rows[change.row.key], change)
    return rows


def open_obligations(rows: dict[str, Row]) -> dict[str, tuple[str, datetime, str, str, str]]:
    return {key: (it.state, it.due_at, it.title, it.to, it.because) for key, it in rows.items() if it.state in OPEN}


@LAW
@given(logs_of_an_engagement(), INSTANTS, st.data())
def test_the_plan_does_not_depend_on_the_order_in_which_facts_arrive(
    log: list[Fact], now: datetime, data: st.DataObject
) -> None:
    shuffled = data.draw(shuffled_and_doubled(log))
    one_by_one = History("e1")
    for fact in shuffled:
        one_by_one = fold(one_by_one, [fact])
    assert plan(BOOK, one_by_one, CALENDAR, now) == planned(log, now)


@LAW
@given(logs_of_an_engagement(), INSTANTS, st.data(), st.integers(1, 10))
def test_open_obligations_do_not_depend_on_order_repetition_or_batches(
    log: list[Fact], now: datetime, data: st.DataObject, batch: int
) -> None:
    shuffled = data.draw(shuffled_and_doubled(log))
    assert open_obligations(ledger(shuffled, now, batch)) == open_obligations(ledger(log, now, len(log)))


@LAW
@given(logs_of_an_engagement(), INSTANTS)
def test_reconcile_after_reconcile_changes_nothing(log: list[Fact], now: datetime) -> None:
    history, rows = fold(History("e1"), log), ledger(log, now)
    assert reconcile(plan(BOOK, history, CALENDAR, now), rows, history.marks, now) == []
    assert [change for row in rows.values() for change in pass_time(row, now)] == []


@LAW
@given(logs_of_an_engagement(), INSTANTS)
def test_what_is_open_is_what_is_wanted_reached_and_neither_done_nor_too_late(log: list[Fact], now: datetime) -> None:
    history, rows = fold(History("e1"), log), ledger(log, now)
    ended = {key for key, mark in history.marks.items() if mark.ended}
    for key, owed in plan(BOOK, history, CALENDAR, now).items():
        over = [instant for instant in (owed.lapse_at, owed.closes_at) if instant is not None and instant <= now]
        should_be_open = owed.reached and not owed.done and key not in ended and not over
        assert (key in rows and rows[key].state in OPEN) == should_be_open
    assert {row.key for row in rows.values() if row.state in OPEN} <= planned(log, now).keys()


@LAW
@given(logs_of_an_engagement(), INSTANTS)
def test_nothing_open_waits_for_an_instant_that_has_passed(log: list[Fact], now: datetime) -> None:
    assert [row for row in ledger(log, now).values() if (instant := next_at(row)) is not None and instant <= now] == []


@LAW
@given(logs_of_an_engagement(), INSTANTS)
def test_facts_of_another_engagement_change_nothing(log: list[Fact], now: datetime) -> None:
    others = [said("engagement_opened", engagement_id="e2"), said("team_left", engagement_id="e2")]
    others += [retraction(fact, engagement_id="e2") for fact in log[:3]]
    assert planned([*others, *log], now) == planned(log, now)


@LAW
@given(logs_of_an_engagement(), INSTANTS, st.data())
def test_retracting_a_fact_equals_never_having_said_it(log: list[Fact], now: datetime, data: st.DataObject) -> None:
    untouched = [fact for fact in log if retraction(fact).id not in {other.id for other in log}]
    mistake = data.draw(st.sampled_from(untouched))
    never_said = [fact for fact in log if fact.id != mistake.id]
    if not isinstance(mistake.event, FactRetracted):
        assert not any(isinstance(it.event, FactRetracted) and it.event.fact_id == mistake.id for it in never_said)
    taken_back = [*log, retraction(mistake)]
    assert planned(taken_back, now) == planned(never_said, now)
    assert open_obligations(ledger(taken_back, now)) == open_obligations(ledger(never_said, now))


@LAW
@given(logs_of_an_engagement(), INSTANTS)
def test_every_obligation_tells_its_reason_and_none_is_due_outside_working_days(log: list[Fact], now: datetime) -> None:
    ids = {fact.id for fact in log}
    for key, owed in planned(log, now).items():
        assert key == f"{owed.engagement}/{owed.rule}/{owed.item}/{owed.occurrence}"
        assert owed.because in ids
        local = owed.due_at.astimezone(ZoneInfo(owed.zone))
        assert (local.hour, local.minute) == (9, 0)
        assert works("US", local.date())


@LAW
@given(logs_of_an_engagement(), st.lists(INSTANTS, min_size=1, max_size=4), st.data(), st.integers(1, 10))
def test_a_plan_that_keeps_what_has_not_changed_is_the_plan_that_is_made_anew(
    log: list[Fact], instants: list[datetime], data: st.DataObject, batch: int
) -> None:
    shuffled = data.draw(shuffled_and_doubled(log))
    history, planned = History("e1"), NOTHING
    for first in range(0, len(shuffled), batch):
        history = fold(history, shuffled[first : first + batch])
        now = data.draw(st.sampled_from(instants))
        planned = plan_again(planned, BOOK, history, CALENDAR, now)
        assert planned.owed == plan(BOOK, history, CALENDAR, now)
        assert planned.look_again_at == look_again_at(BOOK, history, CALENDAR, now)


@LAW
@given(logs_of_an_engagement(), st.lists(INSTANTS, min_size=1, max_size=4), st.integers(1, 10))
def test_what_is_settled_needs_no_second_look(log: list[Fact], instants: list[datetime], batch: int) -> None:
    history, rows, planned, settled = History("e1"), dict[str, Row](), NOTHING, dict[str, Any]()
    moments = sorted(instants)
    for step, first in enumerate(range(0, len(log), batch)):
        now = moments[min(step, len(moments) - 1)]
        history = fold(history, log[first : first + batch])
        planned = plan_again(planned, BOOK, history, CALENDAR, now)
        changes = reconcile(planned.owed, rows, history.marks, now, settled)
        assert changes == reconcile(planned.owed, rows, history.marks, now)
        settled = dict(pairs(planned.owed, rows, changes))
        rows |= {change.row.key: change.row for change in changes}
        rows |= {change.row.key: change.row for row in list(rows.values()) for change in pass_time(row, now)}
