"""Lanes: all that is about one line goes in one, whoever says it, and every process has its share of them."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.bus.dividing import Standing
from shared.bus.ears import ENGAGEMENT, Ear
from shared.bus.lanes import divided, lane_of, line_told
from shared.events import wire
from shared.settings import LANES, Settings
from tests.support.saying import said

SLUGS = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)


@given(SLUGS, st.sampled_from(LANES))
def test_all_that_is_said_of_an_engagement_goes_in_one_lane_whoever_says_it(engagement: str, lanes: int) -> None:
    types = ("eng.intake.team_formed.v1", "eng.sessions.session_held.v1", "eng.evaluation.goal_assessed.v1")
    subjects = [f"{type_}.{engagement}" for type_ in types]
    assert len({lane_of(subject, b"", lanes) for subject in subjects}) == 1


@given(SLUGS, st.binary(), st.sampled_from(LANES))
def test_every_message_has_a_lane_whatever_is_in_it(engagement: str, body: bytes, lanes: int) -> None:
    for subject in (f"eng.intake.ta_request_logged.v1.{engagement}", "eng.intake.ta_request_logged.v1.-", "aside.x"):
        assert 1 <= lane_of(subject, body, lanes) <= lanes


@given(SLUGS)
def test_each_lane_of_a_division_is_divided_further_by_the_next(engagement: str) -> None:
    subject = f"eng.intake.team_formed.v1.{engagement}"
    for fewer, more in pairwise(LANES):
        assert (lane_of(subject, b"", more) - 1) % fewer == lane_of(subject, b"", fewer) - 1


def test_requests_are_told_apart_though_their_subjects_end_alike() -> None:
    facts = [said("ta_request_logged", request_id=f"r-{number}", external_id=str(number)) for number in range(200)]
    lanes = [lane_of(fact.event.subject, wire.encode(fact), 4) for fact in facts]
    assert all(lanes.count(lane) > 25 for lane in (1, 2, 3, 4))


def test_what_becomes_of_a_request_goes_where_the_request_went_also_its_tasks() -> None:
    logged, withdrawn = said("ta_request_logged", request_id="r1"), said("ta_request_withdrawn", request_id="r1")
    task = json.dumps({"data": {"task_id": "-/answer-request/r1/1"}}).encode()
    lines = [line_told(fact.event.subject, wire.encode(fact)) for fact in (logged, withdrawn)]
    assert [*lines, line_told("eng.followup.follow_up_scheduled.v1.-", task)] == ["-/r1"] * 3 == [logged.line] * 3


def test_only_what_hears_facts_is_divided() -> None:
    assert len(divided(Ear("intake", "INBOUND", ("inbound.>",)), 4)) == 1
    assert [ear.durable for ear in divided(Ear("followup", ENGAGEMENT, ("eng.>",)), 2)] == [
        "followup-1-of-2",
        "followup-2-of-2",
    ]
    assert [ear.durable for ear in divided(Ear("followup", ENGAGEMENT, ("eng.>",)), 1)] == ["followup"]


@given(st.integers(1, 40), st.sampled_from(LANES))
def test_the_shares_of_all_processes_make_all_lanes_and_differ_by_one_at_most(processes: int, lanes: int) -> None:
    shares = [Standing(place, processes, frozenset(), ()).share(lanes) for place in range(processes)]
    assert sum(shares) == lanes
    assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize(
    ("database", "lanes"), [("", 2), ("sqlite+aiosqlite:///x.db", 4), ("postgresql+asyncpg://x", 3)]
)
def test_lanes_are_refused_where_there_can_be_none_and_in_numbers_that_no_service_may_hear(
    database: str, lanes: int
) -> None:
    with pytest.raises(ValidationError, match="SQLite" if lanes != 3 else "must be one of 1, 2, 4, 8, 16"):
        Settings(database=database, lanes=lanes)
    assert Settings(database="postgresql+asyncpg://x", lanes=2).lanes == 2
