"""What comes over the wire is read strictly: a fact, or a refusal that names each field and what is wrong with it."""

from typing import Any

import pytest

from shared.errors import Malformed
from shared.events import wire
from tests.support.facts import cloudevent, heard, reasons, refused, without

ZONE = "must say its zone, like 2017-11-14T15:00:00-05:00"
NO_ATTRIBUTE = "must be text, a whole number, true or false, as every attribute of a CloudEvent"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is not JSON: see line 1, column 1 (Expecting value)"),
        (b"hello", "is not JSON: see line 1, column 1 (Expecting value)"),
        (b'{"id": "a"', "is not JSON: see line 1, column 11 (Expecting ',' delimiter)"),
        (b"[]", "must be a JSON object, in braces"),
        (b'"text"', "must be a JSON object, in braces"),
        (b"null", "must be a JSON object, in braces"),
        (b'{"id": "\xff"}', "is not UTF-8: see byte 9"),
        (b'{"n": NaN}', "has a number that is not finite"),
        (b'{"n": -Infinity}', "has a number that is not finite"),
        (b'{"n": 1e999}', "has a number that is not finite"),
        (b'{"n": ' + b"9" * 5000 + b"}", "has a number of too many digits"),
        (b'{"n": ' + b"[" * 100_000, "is nested too deep"),
        (b'{"id": "a", "id": "b"}', "id: is there twice"),
        (b'{"data": {"what is this": 1, "what is this": 1}}', "has a name that is there twice"),
        (b" " * 262_145, "is longer than 262,144 bytes"),
    ],
    ids=lambda value: str(value[:30]) if isinstance(value, bytes) else "",
)
def test_what_is_no_json_object_is_refused(body: bytes, reason: str) -> None:
    assert reasons(body) == [reason]


def test_whoever_reads_decides_how_long_a_fact_may_be() -> None:
    with pytest.raises(Malformed, match="is longer than 10 bytes"):
        wire.decode(b'{"specversion": "1.0"}', limit=10)


def test_a_byte_order_mark_does_no_harm() -> None:
    body = wire.encode(heard(cloudevent()))
    assert wire.decode(b"\xef\xbb\xbf" + body) == wire.decode(body)


@pytest.mark.parametrize(
    ("attribute", "value", "reason"),
    [
        ("specversion", "0.3", "must be 1.0"),
        ("specversion", 1.0, "must be 1.0"),
        ("id", "", "must not be empty"),
        ("id", "  ", "must not be empty"),
        ("id", 17, "must be text"),
        ("id", "x" * 201, "must have at most 200 characters"),
        ("id", "a\nb", "must not contain control characters"),
        ("source", "", "must not be empty"),
        ("time", "2017-11-14T15:00:00", ZONE),
        ("time", "14 November 2017", "must be a time written like 2017-11-14T15:00:00-05:00"),
        ("time", 1510689600, "must be a time written like 2017-11-14T15:00:00-05:00"),
        ("time", "2017-11-14T15:00:00 EST", "must end with its offset from UTC, like -05:00 or Z"),
        ("recordedtime", "2017-11-14T15:00:00", ZONE),
        ("causationid", "", "must not be empty"),
        ("datacontenttype", "text/xml", "must be application/json: facts are said in JSON"),
        ("data", "session 4", "must be an object"),
        ("data", [], "must be an object"),
        ("subject", "another-engagement", "must be the same as data.engagement_id"),
        ("traceparent", {"a": 1}, NO_ATTRIBUTE),
        ("traceparent", 1.5, NO_ATTRIBUTE),
        ("trace_parent", "00-4bf9", "has small letters and digits only in its name"),
    ],
)
def test_an_attribute_that_is_wrong_is_named(attribute: str, value: Any, reason: str) -> None:
    assert reasons({**cloudevent(), attribute: value}) == [f"{attribute}: {reason}"]


@pytest.mark.parametrize("attribute", ["specversion", "id", "type", "source", "data"])
def test_an_attribute_that_is_missing_is_named(attribute: str) -> None:
    assert reasons(without(cloudevent(), attribute)) == [f"{attribute}: is missing"]


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("eng.sessions.session_hold.v1", "did you mean eng.sessions.session_held.v1?"),
        ("eng.sessions.session_held.v9", "did you mean eng.sessions.session_held.v1?"),
        ("session_held", "did you mean eng.sessions.session_held.v1?"),
        ("SessionHeld", "did you mean eng.sessions.session_held.v1?"),
    ],
)
def test_an_unknown_type_is_answered_with_the_nearest(type_: str, reason: str) -> None:
    assert reasons({**cloudevent(), "type": type_}) == [f"type: is not known here; {reason}"]


def test_a_type_like_no_other_is_just_unknown() -> None:
    assert reasons({**cloudevent(), "type": "com.example.invoice"}) == ["type: is not known here"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = {**cloudevent(held_at="2018-02-13T14:00:00", minutes="120"), "id": ""}
    assert {problem.field for problem in refused(told)} == {"id", "data.held_at", "data.minutes"}
    with pytest.raises(Malformed, match=r"id: must not be empty; data\.held_at: must say its zone"):
        heard(told)


def test_a_single_problem_is_told_by_its_field_and_reason() -> None:
    with pytest.raises(Malformed) as refusal:
        heard(cloudevent(minutes="120"))
    assert (refusal.value.field, str(refusal.value)) == ("data.minutes", "must be a whole number")


def test_a_thousand_problems_of_one_kind_are_summed_up() -> None:
    told = refused(cloudevent(attendance={"team-ky": [1] * 200}))
    assert len(told) == 50
    assert told[-1].reason == "has 151 more problems"


def test_a_refusal_never_repeats_what_was_sent() -> None:
    secret = "Kim-Example"
    told = cloudevent(minutes=secret, attendance={f"{secret} {secret}": secret}, resources=secret, held_at=secret)
    everywhere = {name: {secret: f"{secret}\0"} for name in told if name != "data"}
    for wrong in (told, {**told, **everywhere}, {**cloudevent(), "type": secret}):
        assert reasons(wrong)
        assert secret not in str(reasons(wrong))


def test_unknown_fields_and_extensions_are_kept() -> None:
    told = {**cloudevent(weather={"sky": ["grey", None]}), "traceparent": "00-4bf9-01", "attempt": 2}
    assert wire.document(heard(told)) == told


def test_a_source_that_is_not_ours_is_kept() -> None:
    told = {**cloudevent("ta_request_logged"), "source": "https://tracker.example/ta"}
    assert wire.document(heard(told)) == told


def test_a_null_says_the_same_as_leaving_a_field_out() -> None:
    told = {**cloudevent(resources=None, revision=None, weather=None), "causationid": None, "traceparent": None}
    assert heard(told) == heard(without(told, "data.resources", "data.revision", "data.weather", "causationid"))
    assert reasons(cloudevent(minutes=None)) == ["data.minutes: is missing"]
