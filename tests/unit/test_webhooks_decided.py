"""When an event is tried again, and when its webhook is told nothing more: decided by data alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.evaluation.decisions import webhooks
from services.evaluation.decisions.webhooks import DEAD, GONE, LONGEST_WAIT, PAUSES, SWAY, after, asked_to_wait, pause
from services.evaluation.domain.webhooks import Claimed, MakeWebhook, Outcome, Resend, Tried, message_id

NOW = datetime(2027, 1, 4, 15, tzinfo=UTC)
CLAIMED = Claimed("w1", "f1", "e1", "{}", 7, 1, 1, NOW, NOW)
FAILED = Tried("failed", 500)
LAST = len(PAUSES) + 1
KEYS = st.text(max_size=40)


def test_only_what_is_taken_is_delivered() -> None:
    for outcome in get_args(Outcome):
        assert (after(CLAIMED, Tried(outcome), None, NOW).state == "delivered") == (outcome == "delivered")


@given(KEYS)
def test_pauses_grow_and_go_on_for_three_days_and_three_hours(key: str) -> None:
    waits = [pause(key, tries) for tries in range(1, LAST)]
    assert all(one < other for one, other in pairwise(PAUSES))
    assert timedelta(hours=75) * (1 - SWAY) <= sum(waits, timedelta()) <= timedelta(hours=76) * (1 + SWAY)
    assert timedelta(hours=75) <= sum(PAUSES, timedelta()) <= timedelta(hours=76)


@given(KEYS, st.integers(1, LAST))
def test_a_pause_follows_from_the_key_and_the_number_of_the_try_alone(key: str, tries: int) -> None:
    assert pause(key, tries) == pause(key, tries)
    assert abs(pause(key, tries) / PAUSES[min(tries, len(PAUSES)) - 1] - 1) <= SWAY


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({pause(f"w1/e{n}", 2) for n in range(100)}) == 100


@given(st.integers(1, LAST), st.integers(0, 10**6))
def test_whoever_asks_to_be_left_alone_is_left_alone_but_for_no_more_than_a_day(tries: int, seconds: int) -> None:
    claimed = replace(CLAIMED, tries=tries)
    ended = after(claimed, replace(FAILED, wait=timedelta(seconds=seconds)), None, NOW)
    if tries < LAST:
        assert ended.next_at is not None
        assert ended.next_at - NOW >= min(timedelta(seconds=seconds), LONGEST_WAIT)
        assert ended.next_at - NOW <= max(pause(claimed.key, tries), LONGEST_WAIT)


def test_an_endpoint_that_is_gone_is_told_nothing_more_and_loses_nothing() -> None:
    ended = after(CLAIMED, Tried("gone", 410), NOW, NOW)
    assert (ended.state, ended.tries, ended.disabled) == ("waiting", 0, GONE)


def test_an_event_that_is_refused_to_the_end_is_given_up_where_others_were_taken() -> None:
    ended = after(replace(CLAIMED, tries=LAST), FAILED, NOW + timedelta(hours=1), NOW + timedelta(hours=76))
    assert (ended.state, ended.next_at, ended.disabled) == ("given_up", None, "")


@pytest.mark.parametrize("took_at", [None, NOW - timedelta(seconds=1)])
def test_an_endpoint_that_took_nothing_all_the_while_is_dead_and_nothing_of_it_is_given_up(
    took_at: datetime | None,
) -> None:
    ended = after(replace(CLAIMED, tries=LAST), FAILED, took_at, NOW + timedelta(hours=76))
    assert (ended.state, ended.tries, ended.disabled) == ("waiting", 0, DEAD)


def test_a_test_is_tried_once() -> None:
    assert after(replace(CLAIMED, n=0), FAILED, None, NOW).state == "given_up"
    assert after(replace(CLAIMED, n=0), Tried("gone", 410), None, NOW).disabled == ""


def test_retry_after_is_understood_as_seconds_and_as_a_date() -> None:
    assert asked_to_wait("120", NOW) == timedelta(minutes=2)
    assert asked_to_wait("Mon, 04 Jan 2027 15:05:00 GMT", NOW) == timedelta(minutes=5)
    assert asked_to_wait("Mon, 04 Jan 2027 14:00:00 GMT", NOW) == timedelta()
    assert asked_to_wait("soon", NOW) is None


@pytest.mark.parametrize(
    "told", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 04 Jan 2027 15:05:00 +99999999999999999999"]
)
def test_a_date_that_no_calendar_has_is_no_wish(told: str) -> None:
    assert asked_to_wait(told, NOW) is None


@given(st.text(max_size=60) | st.integers().map(str))
def test_whatever_retry_after_says_it_is_a_time_or_nothing(told: str) -> None:
    wait = asked_to_wait(told, NOW)
    assert wait is None or wait >= timedelta()


@given(st.text(min_size=1))
def test_an_id_of_any_kind_becomes_one_that_a_header_and_a_signature_can_carry(id: str) -> None:
    assert message_id(id).isascii() and not set(message_id(id)) & set(". \r\n")
    assert message_id("a-b_1") == "a-b_1"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org", "https://", "example.org", "https://user:word@example.org/", "https://example.org/#there",
        "https://example.org:99999/", "https://exa mple.org/", "https://example.org\\@127.0.0.1/", "https://[::1",
        "https://ex\u00e4mple.org/", "",
    ],
)  # fmt: skip
def test_what_is_no_whole_and_plain_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be an address like"):
        MakeWebhook(url=url, label="x")


def test_what_is_sent_again_is_one_event_or_all_since_then() -> None:
    for told in ({}, {"event_id": "e", "since": "1"}):
        with pytest.raises(ValidationError, match="either one event_id, or since when"):
            Resend.model_validate(told)


def test_no_decision_names_a_pause_that_is_not_ours() -> None:
    assert list(PAUSES) == sorted(PAUSES) and PAUSES[-1] <= webhooks.LONGEST_WAIT
