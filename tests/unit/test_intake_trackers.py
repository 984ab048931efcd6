"""What trackers send, and what intake makes of it."""

import json
from typing import Any

import pytest

from services.intake.domain import LogRequest, WithdrawRequest, trackers
from shared.commands import Said
from shared.errors import Malformed, Unknown

SUBJECT = "inbound.requests.ncase"
REQUEST: dict[str, Any] = {
    "external_id": "17",
    "jurisdiction": "KY",
    "topic": "rural out-of-school time",
    "need": "How do other states reach rural counties?",
}


def sent(told: Any, subject: str = SUBJECT) -> LogRequest | WithdrawRequest:
    return trackers.read(subject, told if isinstance(told, bytes) else json.dumps(told).encode())


def cloudevent(**told: Any) -> dict[str, Any]:
    envelope = {"specversion": "1.0", "id": "a-1", "source": "https://tracker.example", "type": "tracker.request.saved"}
    return envelope | {"data": REQUEST} | told


def complaints(told: Any, subject: str = SUBJECT) -> dict[str, str]:
    with pytest.raises(Malformed) as refused:
        sent(told, subject)
    return {problem.field: problem.reason for problem in refused.value.problems}


def test_a_tracker_sends_a_request_as_plain_json() -> None:
    command = sent(REQUEST)
    assert isinstance(command, LogRequest)
    assert (command.source, command.external_id, command.jurisdiction) == ("ncase", "17", "KY")


@pytest.mark.parametrize("type_", ["tracker.request.saved", "eng.intake.ta_request_logged.v1"])
def test_a_tracker_sends_a_request_as_a_cloudevent(type_: str) -> None:
    assert sent(cloudevent(type=type_)) == sent(REQUEST)


def test_a_tracker_takes_a_request_back() -> None:
    taken_back = {"external_id": "17", "reason": "Solved"}
    expected = WithdrawRequest(source="ncase", external_id="17", reason="Solved")
    assert sent({**taken_back, "withdrawn": True}) == expected
    assert sent(cloudevent(type="eng.intake.ta_request_withdrawn.v1", data=taken_back)) == expected
    assert sent(cloudevent(data={**taken_back, "withdrawn": True})) == expected


def test_what_else_a_tracker_tells_is_neither_kept_nor_refused() -> None:
    more = {"status": "open", "typed_by": "somebody", "logged_on": None, "withdrawn": None}
    assert sent({**REQUEST, **more}) == sent(REQUEST)


def test_the_tracker_is_the_one_on_whose_subject_it_speaks() -> None:
    assert complaints({**REQUEST, "source": "ecetta"}) == {"source": "must be ncase, as the subject says"}
    assert complaints(cloudevent(data={**REQUEST, "source": "ecetta"})) == {
        "data.source": "must be ncase, as the subject says"
    }


@pytest.mark.parametrize("subject", ["inbound.requests.", "inbound.requests", "inbound.requests.a.b", "inbound.x.a"])
def test_a_subject_names_one_tracker(subject: str) -> None:
    assert list(complaints(REQUEST, subject)) == ["subject"]


def test_every_wrong_field_is_named_with_its_reason() -> None:
    told = complaints({"source": "ecetta", "jurisdiction": "Kentucky", "topic": 5, "need": "x" * 8001})
    assert set(told) == {"source", "external_id", "jurisdiction", "topic", "need"}
    assert told["external_id"] == "is missing"
    assert "USPS code" in told["jurisdiction"]
    assert told["need"] == "must have at most 8000 characters"


def test_fields_within_a_cloudevent_are_named_from_its_data_on() -> None:
    assert set(complaints(cloudevent(data={**REQUEST, "logged_on": "2026-02-30"}))) == {"data.logged_on"}


def test_a_cloudevent_without_its_parts_is_refused_part_by_part() -> None:
    assert complaints({"specversion": "0.3"}) == {
        "specversion": "must be 1.0", "type": "is missing", "data": "is missing"
    }  # fmt: skip


def test_a_tracker_cannot_speak_for_intake() -> None:
    assert list(complaints(cloudevent(type="eng.intake.engagement_opened.v1"))) == ["type"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"\xff\xfe",
        b'{"external_id": NaN}',
        b'{"external_id": "17", "external_id": "18"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        sent(body)
    assert str(refused.value)


def test_a_refusal_never_repeats_what_was_sent() -> None:
    with pytest.raises(Malformed) as refused:
        sent({**REQUEST, "jurisdiction": "Mrs Adams, 555-0100"})
    assert "Adams" not in json.dumps(trackers.refusal(refused.value))


def test_a_tracker_is_told_what_became_of_its_request() -> None:
    done = Said(id="ncase-17", facts=[{"id": "f-1"}], new=True)
    assert trackers.receipt(done) == {"accepted": True, "request_id": "ncase-17", "facts": ["f-1"], "new": True}


def test_a_tracker_is_told_what_was_wrong() -> None:
    told = trackers.refusal(Unknown("request", "17 of ncase", field="external_id"))
    assert (told["accepted"], told["status"]) == (False, 404)
    assert told["problems"] == [
        {"field": "external_id", "reason": "There is no request 17 of ncase. Check the address or the id."}
    ]
