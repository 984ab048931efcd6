"""Whoever keeps a copy of a table is told of each row that went, by whatever it went."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation.decisions.data import ROWS, rows
from services.evaluation.domain.data import TABLES, Source
from shared.events.base import Fact
from tests.support.logs import logs_of_an_engagement
from tests.support.outcomes import outcome
from tests.support.saying import ENGAGEMENT, held, history, said, session

NOW = datetime(2027, 3, 1, tzinfo=UTC)
KEYS = {one.table: one.key for one in TABLES}
OPENED, FORMED = said("engagement_opened"), said("team_formed")
MET = (session(1, "2027-01-10T10:00:00-05:00"), held(1, "2027-01-10T10:00:00-05:00"))
ASSIGNED = said("homework_assigned", due_on="2027-02-01", at="2027-01-10T10:00:00-05:00")


def told(table: str, facts: Sequence[Fact], line: str = ENGAGEMENT) -> dict[tuple[Any, ...], bool]:
    """The rows that somebody gets who has a cursor, by their keys, and whether each is gone."""
    source = known(facts, line)
    return {tuple(row[name] for name in KEYS[table]): row["gone"] for row in rows(table, source, with_gone=True)}


def known(facts: Sequence[Fact], line: str = ENGAGEMENT) -> Source:
    """All that is known of the line when these have come."""
    followed = [fact for fact in facts if fact.event.type.startswith("eng.followup.")]
    return Source(history(facts, line), NOW, {}, followed)


def test_a_request_that_is_withdrawn_is_gone() -> None:
    logged, withdrawn = said("ta_request_logged"), said("ta_request_withdrawn")
    assert told("requests", [logged], "-/r1") == {("r1",): False}
    assert told("requests", [logged, withdrawn], "-/r1") == {("r1",): True}


def test_the_homework_and_attendance_of_a_team_that_had_left_before_is_gone() -> None:
    facts = [OPENED, FORMED, *MET, ASSIGNED]
    left = said("team_left", left_on="2027-01-05")
    for table in ("homework", "attendance"):
        [(key, gone)] = told(table, facts).items()
        assert not gone and told(table, [*facts, left]) == {key: True}


def test_attendance_of_a_session_that_was_called_off_after_all_is_gone() -> None:
    facts = [OPENED, FORMED, *MET, said("session_cancelled")]
    assert told("attendance", facts) == {("e1", "s1", "ky"): True}


def test_what_was_never_there_is_not_told_as_gone() -> None:
    late = said("team_formed", team_id="vi", jurisdiction="VI", formed_on="2027-02-01")
    assert told("attendance", [OPENED, FORMED, late, *MET]) == {("e1", "s1", "ky"): False}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ROWS)), logs_of_an_engagement().flatmap(st.permutations))
def test_each_row_that_was_ever_told_is_there_in_the_end_or_is_told_as_gone(table: str, log: list[Fact]) -> None:
    facts = [*log, outcome(1)]
    in_the_end = told(table, facts).keys()
    for place in range(len(facts)):
        before = {row.named for row in ROWS[table](known(facts[:place]))}
        assert before <= in_the_end, (facts[place - 1], before - in_the_end)
