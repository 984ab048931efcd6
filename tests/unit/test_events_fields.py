"""Each field refuses what it cannot keep, and says so in a plain sentence."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from shared.events import evaluation, intake, sessions
from shared.events.fields import KEY, MEANT, plain
from shared.events.fields import PLACE as PLACE_PATTERN
from shared.playbooks.places import PLACES
from tests.support.facts import cloudevent, heard, reasons

DATE = "must be a date written YYYY-MM-DD"
NO_DATE = "must be a date that exists, written YYYY-MM-DD"
TIME = "must be a time written like 2017-11-14T15:00:00-05:00"
NO_TIME = "must be a time that exists, written like 2017-11-14T15:00:00-05:00"
ZONE = "must say its zone, like 2017-11-14T15:00:00-05:00"
YEARS = "must lie between the years 1900 and 2200"
SLUG = "must be 1 to 64 letters (A to Z), digits, - or _"
PLACE = "must be the USPS code of a state, DC or a territory (like KY), or tribe-<name>"
IANA = "must be a time zone of the IANA table, like America/New_York"
CONTROL = "must not contain control characters"
SURROGATE = "must not contain half of a surrogate pair"


def deep(levels: int) -> Any:
    nested: Any = 1
    for _ in range(levels):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    ("event", "field", "value", "reason"),
    [
        ("session_held", "minutes", "120", "must be a whole number"),
        ("session_held", "minutes", 120.0, "must be a whole number"),
        ("session_held", "minutes", True, "must be a whole number"),
        ("session_held", "minutes", 0, "must be at least 1"),
        ("session_held", "minutes", 10_081, "must be at most 10080"),
        ("session_held", "minutes", 10**30, "must be at most 10080"),
        ("session_held", "revision", -1, "must be at least 0"),
        ("session_held", "session_id", 4, "must be text"),
        ("session_held", "session_id", "session 4", SLUG),
        ("session_held", "session_id", "s4\n", SLUG),
        ("session_held", "session_id", "", SLUG),
        ("session_held", "session_id", "s" * 65, SLUG),
        ("session_held", "session_id", "sitzung-ü", SLUG),
        ("session_held", "held_at", "2018-02-13T14:00:00", ZONE),
        ("session_held", "held_at", "2018-02-13", TIME),
        ("session_held", "held_at", 1518548400, TIME),
        ("session_held", "held_at", "20180213T140000Z", TIME),
        ("session_held", "held_at", "2018-02-29T14:00:00Z", NO_TIME),
        ("session_held", "held_at", "2018-02-13T25:00:00Z", NO_TIME),
        ("session_held", "held_at", "9999-12-31T23:59:59-05:00", YEARS),
        ("session_held", "held_at", "0001-01-01T00:00:00+14:00", YEARS),
        ("session_held", "attendance", [], "must be an object"),
        ("session_held", "resources", ["x"] * 1001, "must have at most 1000 entries"),
        ("session_scheduled", "mode", "hybrid", "must be one of virtual or in_person"),
        ("session_scheduled", "topic", " \n ", "must not be empty"),
        ("session_scheduled", "topic", "x" * 301, "must have at most 300 characters"),
        ("session_scheduled", "topic", "a\0b", CONTROL),
        ("session_scheduled", "topic", "a\x1bb", CONTROL),
        ("session_scheduled", "topic", "a\ud800b", SURROGATE),
        ("session_cancelled", "reason", "a\0b", CONTROL),
        ("session_cancelled", "reason", "x" * 8001, "must have at most 8000 characters"),
        ("session_cancelled", "cancelled_on", "2018-02-09T00:00:00Z", DATE),
        ("session_cancelled", "cancelled_on", "2018-W06-5", DATE),
        ("session_cancelled", "cancelled_on", "2018-02-30", NO_DATE),
        ("session_cancelled", "cancelled_on", "02/09/2018", DATE),
        ("session_cancelled", "cancelled_on", 17571, DATE),
        ("session_cancelled", "cancelled_on", "1017-02-09", YEARS),
        ("engagement_opened", "time_zone", "Eastern", IANA),
        ("engagement_opened", "time_zone", "america/new_york", IANA),
        ("engagement_opened", "time_zone", "../../etc/passwd", IANA),
        ("engagement_opened", "time_zone", "posix/America/New_York", IANA),
        ("engagement_opened", "goals", {}, "must be a list"),
        ("team_formed", "jurisdiction", "Kentucky", PLACE),
        ("team_formed", "jurisdiction", "ky", PLACE),
        ("team_formed", "jurisdiction", "ZZ", PLACE),
        ("team_formed", "jurisdiction", "tribe-", PLACE),
        ("team_formed", "cohort", True, "must be text"),
        ("peers_suggested", "score", "0.8", "must be a number"),
        ("peers_suggested", "score", True, "must be a number"),
        ("playbook_published", "engagement_id", "ncase-ost-2017", "must be -"),
        ("playbook_published", "version", 0, "must be at least 1"),
        ("follow_up_scheduled", "task_id", "ncase / ask", MEANT[KEY]),
        ("evaluation_answered", "answers", [], "must be an object"),
        ("evaluation_answered", "answers", {str(n): n for n in range(1001)}, "must have at most 1000 entries"),
    ],
)
def test_what_a_field_cannot_hold_is_refused(event: str, field: str, value: Any, reason: str) -> None:
    told = cloudevent(event, **{field: value})
    assert reasons(told) == [f"data.{field}: {reason}"]


@pytest.mark.parametrize(
    ("event", "field", "value", "reason"),
    [
        ("session_held", "attendance", {"team ky": []}, f"data.attendance: has a name in it that {SLUG}"),
        ("session_held", "attendance", {"team-ky": "p-1"}, "data.attendance.team-ky: must be a list"),
        ("session_held", "attendance", {"team-ky": ["p 1"]}, f"data.attendance.team-ky[0]: {SLUG}"),
        ("engagement_opened", "people", {"facilitator": "p-1"}, "data.people.evaluator: is missing"),
        ("evaluation_answered", "answers", {"q1": "\0"}, "data.answers.q1: must not contain the character NUL"),
        (
            "evaluation_answered",
            "answers",
            {"q1": deep(21)},
            "data.answers.q1: must not be nested deeper than 20 levels",
        ),
        ("evaluation_answered", "answers", {"q1": 2**63}, "data.answers.q1: must be a number of at most 64 bits"),
        ("evaluation_answered", "answers", {"": 1}, "data.answers: has a name in it that must not be empty"),
    ],
)
def test_what_is_wrong_inside_a_field_is_found_there(event: str, field: str, value: Any, reason: str) -> None:
    assert reasons(cloudevent(event, **{field: value})) == [reason]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("\0", "must not contain the character NUL"),
        (["\ud800"], SURROGATE),
        ({"\ud800": 1}, SURROGATE),
        ({"a": {"\0": 1}}, "must not contain the character NUL"),
        (deep(500), "must not be nested deeper than 20 levels"),
    ],
)
def test_a_field_that_nobody_knows_must_be_storable_too(value: Any, reason: str) -> None:
    assert reasons(cloudevent(weather=value)) == [f"data.weather: {reason}"]


def test_no_field_has_a_name_that_no_database_holds() -> None:
    told = cloudevent()
    assert reasons({**told, "data": {**told["data"], "a\0": 1}}) == ["data: must not have the character NUL in a name"]
    assert reasons({**told, "data": {**told["data"], "a\ud800": 1}}) == [f"data: {SURROGATE}"]


def test_unknown_fields_never_get_in_the_way_of_what_an_event_is() -> None:
    event = heard(cloudevent(type="x", line="y", names=1, model_dump=2, __class__=3, identity="z")).event
    assert isinstance(event, sessions.SessionHeld)
    assert (event.type, event.line) == ("eng.sessions.session_held.v1", "ncase-ost-2017")


def test_a_line_of_text_is_one_line_whatever_it_was_copied_from() -> None:
    event = heard(cloudevent("session_scheduled", topic="  Partnerships\r\n  and\tstrategies ")).event
    assert isinstance(event, sessions.SessionScheduled)
    assert event.topic == "Partnerships and strategies"


def test_longer_texts_keep_their_lines() -> None:
    reason = "The region asks:\n- who speaks?\n- who pays?\r\n\tPlease answer."
    event = heard(cloudevent("session_cancelled", reason=reason)).event
    assert isinstance(event, sessions.SessionCancelled)
    assert event.reason == reason


def test_a_cohort_may_be_called_by_a_number() -> None:
    event = heard(cloudevent("team_formed", cohort=2)).event
    assert isinstance(event, intake.TeamFormed)
    assert event.cohort == "2"


@pytest.mark.parametrize(
    ("event", "field", "id"), [("action_plan_submitted", "steps", "step_id"), ("engagement_opened", "goals", "goal_id")]
)
def test_two_things_of_one_list_do_not_share_an_id(event: str, field: str, id: str) -> None:
    told = cloudevent(event)
    assert reasons(cloudevent(event, **{field: told["data"][field] * 2})) == [
        f"data.{field}: must have each {id} only once"
    ]


@pytest.mark.parametrize("answer", [None, True, 4, 0.5, "text", [], {"a": [1, {"b": None}]}, -(2**63) + 1, "हिन्दी 🙂"])
def test_answers_are_kept_as_they_were_given(answer: Any) -> None:
    event = heard(cloudevent("evaluation_answered", answers={"q1": answer})).event
    assert isinstance(event, evaluation.EvaluationAnswered)
    assert event.answers == {"q1": answer}


@pytest.mark.parametrize("place", ["KY", "DC", "VI", "MP", "tribe-navajo-nation", "tribe-Cherokee_Nation"])
def test_states_territories_and_tribes_are_jurisdictions(place: str) -> None:
    assert reasons({**cloudevent("team_formed", jurisdiction=place), "jurisdiction": place}) == []


def test_the_jurisdictions_that_can_be_said_are_those_whose_zone_is_known() -> None:
    codes = PLACE_PATTERN.removeprefix("^(").rpartition("|tribe-")[0].split("|")
    assert set(codes) == set(PLACES)


@pytest.mark.parametrize("written", ["2018-02-13T14:00Z", "2018-02-13 14:00:00+0530", "2018-02-13t14:00:00.123456789z"])
def test_a_time_may_be_written_in_the_ways_of_iso_8601(written: str) -> None:
    assert reasons(cloudevent(held_at=written)) == []


def test_a_time_of_a_zone_that_once_counted_seconds_can_still_be_written() -> None:
    monrovia = datetime(1970, 1, 1, tzinfo=ZoneInfo("Africa/Monrovia"))
    event = sessions.SessionHeld(engagement_id="e", session_id="s", held_at=monrovia, minutes=1, attendance={})
    assert event.held_at == monrovia
    assert event.model_dump(mode="json")["held_at"] == "1970-01-01T00:44:30Z"


def test_code_can_no_more_say_what_cannot_be_kept_than_a_wire_can() -> None:
    noon = datetime(2018, 2, 13, 12, tzinfo=UTC)
    with pytest.raises(ValidationError, match="must say its zone"):
        sessions.SessionHeld(
            engagement_id="e", session_id="s", held_at=noon.replace(tzinfo=None), minutes=1, attendance={}
        )
    with pytest.raises(ValidationError, match="must be a date written"):
        intake.EngagementClosed(engagement_id="e", closed_on=noon, reason="completed")


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", date(2018, 1, 1)])
def test_only_json_is_plain(value: Any) -> None:
    with pytest.raises(ValueError, match="must be JSON"):
        plain(value)
