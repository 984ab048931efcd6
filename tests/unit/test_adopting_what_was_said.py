"""Adopting: rows as they were saved, and what was said after it, give the rows as they were."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.evaluation import decisions as evaluation
from services.followup import decisions as followup
from shared.events import wire
from shared.events.base import Fact, say
from shared.obligations.adopting import adopt
from shared.obligations.reconcile import OPEN, Change, Row, pass_time, reconcile
from shared.playbooks.history import fold
from shared.playbooks.model import TASK
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of, plan
from tests.support.logs import HEADER, RULES, logs_of_an_engagement
from tests.support.saying import Desk, retraction, said, session

THANK = "- {name: thank, each: session, task: 'Thank {topic}', to: facilitator, due: {wait: 1 week, after: start}}"
PLAN = """
- name: plan
  each: team
  task: T
  to: facilitator
  due: {wait: 1 week, after: formed}
  done_by: plan_submitted
  escalate: {wait: 1 week, to: supervisor}
"""
MID = "- {name: mid, each: engagement, evaluation: mid, instrument: s, due: {after: opened}, open_for: 2 weeks}"
OPENED, TEAM = said("engagement_opened", planned_sessions=3, planned_close="2027-03-15"), said("team_formed")
FIRST = session(1, "2027-01-12T14:00:00-05:00")
LAW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Heard(Desk):
    """A desk whose every change is written down, as it goes over the wire."""

    def __init__(self, rules: str, header: str = "") -> None:
        super().__init__(rules, header)
        self.told: list[Fact] = []

    def _apply(self, change: Change) -> None:
        super()._apply(change)
        if not change.is_silent:
            name = followup.told if change.row.kind == TASK else evaluation.told
            self.told.append(wire.decode(wire.encode(say(name(change, self.now), self.now))))

    def wanted(self) -> dict[str, Obligation]:
        return plan(self.playbook, self.history, calendar_of(self.playbook, Places()), self.now)

    def adopted(self, rows: dict[str, Row]) -> dict[str, Row]:
        """These rows, with all that was ever said of them."""
        found, wanted = dict(rows), self.wanted()
        for fact in self.told:
            key = next(
                one for one in (getattr(fact.event, "task_id", None), getattr(fact.event, "round_id", None)) if one
            )
            row = adopt(found.get(key), fact, wanted.get(key))
            assert row is not None
            found[key] = row
        return found


def core(row: Row) -> tuple[object, ...]:
    return row.state, row.n, row.due_at, row.fired_at, row.escalated_at, row.ended_by, row.title, row.to


def test_a_task_that_fell_due_after_the_backup_is_due_and_falls_due_no_more() -> None:
    desk = Heard(THANK)
    desk.hear(OPENED, FIRST)
    saved = dict(desk.rows)
    desk.until("2027-01-25")
    assert desk.adopted(saved) == desk.rows


def test_a_task_that_the_backup_does_not_know_is_there_again() -> None:
    desk = Heard(THANK)
    desk.hear(OPENED, FIRST)
    desk.until("2027-01-25")
    assert desk.adopted({}) == desk.rows


def test_a_task_that_nothing_obliges_any_more_is_told_by_its_own_words() -> None:
    desk = Heard(THANK)
    desk.hear(OPENED, FIRST)
    desk.until("2027-01-25")
    desk.hear(retraction(FIRST))
    [row] = desk.adopted({}).values()
    assert core(row) == core(desk.row("thank/s1/1"))
    assert (row.key, row.item, row.occurrence, row.because) == ("e1/thank/s1/1", "s1", 1, FIRST.id)


def test_a_task_that_was_moved_after_it_fell_due_waits_again() -> None:
    desk = Heard(THANK)
    desk.hear(OPENED, FIRST)
    desk.until("2027-01-20")
    saved = dict(desk.rows)
    desk.hear(session(1, "2027-01-26T14:00:00-05:00", revision=1))
    assert desk.row("thank/s1/1").state == "scheduled"
    assert core(desk.adopted(saved)["e1/thank/s1/1"]) == core(desk.row("thank/s1/1"))


def test_a_task_that_escalated_or_was_done_by_a_fact_is_so_again() -> None:
    desk = Heard(PLAN)
    desk.hear(OPENED, TEAM)
    saved = dict(desk.rows)
    desk.until("2027-03-11")
    assert desk.adopted(saved) == desk.rows
    desk.hear(said("action_plan_submitted", submitted_on="2027-03-12"))
    assert desk.adopted(saved) == desk.rows
    assert desk.row("plan/ky/1").ended_because


def test_a_round_that_opened_and_closed_is_over() -> None:
    desk = Heard(MID)
    desk.hear(OPENED)
    saved = dict(desk.rows)
    desk.until("2027-01-06")
    assert (desk.row("mid/e1/1").state, desk.adopted(saved)) == ("due", desk.rows)
    desk.until("2027-02-01")
    assert (desk.row("mid/e1/1").ended_by, desk.adopted(saved)) == ("time", desk.rows)


def test_what_was_said_before_the_backup_changes_nothing() -> None:
    desk = Heard(PLAN)
    desk.hear(OPENED, TEAM)
    desk.until("2027-03-11")
    later = {key: replace(row, title="Another") for key, row in desk.rows.items()}
    assert desk.adopted(later) == later


def test_what_people_said_is_no_ledgers_word() -> None:
    desk = Heard(PLAN)
    desk.hear(OPENED, TEAM)
    row = desk.row("plan/ky/1")
    by_hand = said("follow_up_done", task_id=row.key, n=5, on="2027-01-08")
    assert adopt(row, by_hand) is row
    assert adopt(None, by_hand) is None
    assert adopt(None, OPENED) is None


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[list[Fact]], list[int], int]:
    """The facts of an engagement as they come, the hours before each few, and before which of them it was saved."""
    log = draw(logs_of_an_engagement())
    cuts = sorted(draw(st.lists(st.integers(0, len(log)), min_size=3, max_size=6)))
    parts = [log[first:last] for first, last in zip([0, *cuts], [*cuts, len(log)], strict=True)]
    hours = draw(st.lists(st.integers(0, 3000), min_size=len(parts), max_size=len(parts)))
    return parts, hours, draw(st.integers(0, len(parts) - 1))


@LAW
@given(lives())
def test_rows_as_saved_and_all_that_was_said_after_it_give_the_rows_as_they_were(
    life: tuple[list[list[Fact]], list[int], int],
) -> None:
    parts, hours, cut = life
    desk = Heard(RULES, HEADER)
    desk.now = datetime(2026, 9, 1, tzinfo=UTC)
    saved: dict[str, Row] = {}
    for place, (facts, some) in enumerate(zip(parts, hours, strict=True)):
        if place == cut:
            saved = dict(desk.rows)
        desk.now += timedelta(hours=some)
        desk.settle()
        desk.history = fold(desk.history, facts)
        desk.settle()
    adopted = desk.adopted(saved)

    # Of what a person ended no ledger speaks: the plan brings it about again, or withdraws it.
    ended = (getattr(fact.event, "task_id", None) or getattr(fact.event, "round_id", None) for fact in chain(*parts))
    ours = desk.rows.keys() - set(ended)
    assert {key: core(adopted[key]) for key in ours} == {key: core(desk.rows[key]) for key in ours}
    left = reconcile(desk.wanted(), adopted, desk.history.marks, desk.now)
    spoken = [change for change in left if not change.is_silent]
    assert [change for change in spoken if change.row.key in ours or not is_over(change, desk.now)] == []
    mended = adopted | {change.row.key: passed(change.row, desk.now) for change in left}
    for key in ours:
        if desk.rows[key].is_open:
            assert mended[key] == desk.rows[key]
    assert open_keys(mended) == open_keys(desk.rows)
    fired = {key: row.fired_at for key, row in mended.items()}
    assert fired == {key: row.fired_at for key, row in desk.rows.items() if key in mended}
    assert all(row.by_hand for key, row in desk.rows.items() if key not in mended)


def open_keys(rows: dict[str, Row]) -> set[str]:
    return {key for key, row in rows.items() if row.state in OPEN}


def passed(row: Row, now: datetime) -> Row:
    """The row as time has left it by now."""
    return [Change("amend", row), *pass_time(row, now)][-1].row


def is_over(change: Change, now: datetime) -> bool:
    """Whether nobody owes anything because of this change: it is withdrawn, or lapses at once without falling due."""
    return change.kind == "withdraw" or [one.kind for one in pass_time(change.row, now)] == ["lapse"]
