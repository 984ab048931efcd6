"""What intake decides about TA requests."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as every
from hypothesis import strategies as st
from pydantic import ValidationError

from services.intake.decisions import requests
from services.intake.decisions.requests import IdTaken, KnownOtherwise, RequestAnswered, RequestWithdrawn
from services.intake.domain import AnswerRequest, LogRequest, WithdrawRequest
from services.intake.domain.requests import hashed_id, own_id
from shared.errors import Malformed, Unknown
from shared.events.fields import is_slug
from shared.events.intake import TaRequestAnswered, TaRequestLogged, TaRequestWithdrawn
from shared.playbooks.places import Places
from tests.support.intake import NOW, asked, given, words

LINE = "-/ncase-17"


def log(**told: Any) -> LogRequest:
    words = asked().model_dump(exclude={"engagement_id", "revision", "request_id"}, exclude_none=True)
    return LogRequest.model_validate(words | told)


def logged(command: LogRequest, *before: Any, now: datetime = NOW, **beside: Any) -> TaRequestLogged:
    known = given(*before, line=command.line, **{"zone": Places().zone_of(command.jurisdiction)} | beside)
    (event,) = requests.log(command, known, now)
    assert isinstance(event, TaRequestLogged)
    return event


def test_a_request_is_known_by_its_tracker_and_its_number_there() -> None:
    assert logged(log()) == asked()
    assert log().line == LINE


def test_a_number_is_as_good_an_external_id_as_text() -> None:
    assert logged(log(external_id=17)).external_id == "17"


def test_an_external_id_that_is_no_slug_becomes_one_with_a_hash() -> None:
    id = own_id("ncase", "TA 2026/0417 (KY)")
    assert id.startswith("ncase-TA-2026-0417-KY-")
    assert id == own_id("ncase", "TA 2026/0417 (KY)")
    assert id != own_id("ncase", "TA 2026 0417 (KY)")


@every(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), st.text(min_size=1, max_size=300))
def test_whatever_a_tracker_calls_a_request_it_has_a_slug_here(source: str, external_id: str) -> None:
    assert is_slug(own_id(source, external_id))
    assert is_slug(hashed_id(source, external_id))


def test_a_request_without_a_day_was_logged_today_where_the_agency_is() -> None:
    late_in_kentucky = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
    assert logged(log(logged_on=None), now=late_in_kentucky).logged_on == date(2026, 9, 14)
    assert logged(log(logged_on=None, jurisdiction="GU"), now=late_in_kentucky).logged_on == date(2026, 9, 15)


def test_a_request_repeated_without_its_day_tomorrow_is_still_the_same() -> None:
    tomorrow = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)
    assert logged(log(logged_on=None), asked(), now=tomorrow) == asked()


def test_a_request_may_follow_an_engagement_that_is_known() -> None:
    assert logged(log(follows="plc-2025"), engagements=frozenset({"plc-2025"})).follows == "plc-2025"


def test_a_request_that_follows_an_unknown_engagement_is_refused() -> None:
    with pytest.raises(Unknown, match="no engagement plc-1999") as refused:
        logged(log(follows="plc-1999"))
    assert refused.value.field == "follows"


def test_two_requests_cannot_have_one_id() -> None:
    with pytest.raises(IdTaken, match="belongs to request 17 of ncase"):
        logged(log(external_id="18", request_id="ncase-17"), asked())


def test_a_request_keeps_the_id_under_which_it_was_first_logged() -> None:
    with pytest.raises(KnownOtherwise, match="has the id ncase-17 here"):
        requests.log(log(request_id="r-1"), given(asked(), line=LINE), NOW)


def test_an_agency_may_withdraw_its_request() -> None:
    events = requests.withdraw(WithdrawRequest(request_id="ncase-17", reason="Solved"), given(asked(), line=LINE), NOW)
    assert events == [TaRequestWithdrawn(request_id="ncase-17", reason="Solved")]


def test_an_agency_may_withdraw_a_request_by_the_id_of_its_tracker() -> None:
    command = WithdrawRequest(source="ncase", external_id="17", reason="Solved")
    assert command.line == LINE
    assert words(requests.withdraw(command, given(asked(), line=LINE), NOW)) == ["ta_request_withdrawn"]


def test_what_was_never_logged_cannot_be_withdrawn() -> None:
    with pytest.raises(Unknown, match="no request ncase-17"):
        requests.withdraw(WithdrawRequest(request_id="ncase-17", reason="Solved"), given(line=LINE), NOW)


def test_a_tracker_withdraws_its_own_requests_only() -> None:
    command = WithdrawRequest(request_id="ncase-17", source="ecetta", reason="Solved")
    with pytest.raises(Unknown):
        requests.withdraw(command, given(asked(), line=LINE), NOW)


@pytest.mark.parametrize("command", [WithdrawRequest, AnswerRequest])
def test_a_command_about_a_request_must_name_it(command: type[WithdrawRequest] | type[AnswerRequest]) -> None:
    with pytest.raises(ValidationError) as refused:
        command.model_validate({"source": "ncase", "reason": "Solved", "how": "resource"})
    assert ("request_id",) in [error["loc"] for error in refused.value.errors()]


def test_a_request_met_its_answer() -> None:
    command = AnswerRequest(request_id="ncase-17", how="one_on_one", answered_on=date(2026, 9, 1))
    events = requests.answer(command, given(asked(), line=LINE), NOW)
    assert events == [TaRequestAnswered(request_id="ncase-17", how="one_on_one", answered_on=date(2026, 9, 1))]
    assert given(asked(), *events, line=LINE).requests["ncase-17"].state == "answered"


def test_answering_again_in_the_same_words_is_no_second_answer() -> None:
    answered = TaRequestAnswered(request_id="ncase-17", how="resource", answered_on=date(2026, 9, 1))
    command = AnswerRequest(request_id="ncase-17", how="resource")
    assert requests.answer(command, given(asked(), answered, line=LINE), NOW) == [answered]


def test_a_request_is_not_answered_before_it_was_logged() -> None:
    command = AnswerRequest(request_id="ncase-17", how="resource", answered_on=date(2026, 8, 19))
    with pytest.raises(Malformed, match="before the request was logged") as refused:
        requests.answer(command, given(asked(), line=LINE), NOW)
    assert refused.value.field == "answered_on"


def test_a_withdrawn_request_is_not_answered() -> None:
    withdrawn = TaRequestWithdrawn(request_id="ncase-17", reason="Solved")
    with pytest.raises(RequestWithdrawn):
        requests.answer(AnswerRequest(request_id="ncase-17", how="resource"), given(asked(), withdrawn, line=LINE), NOW)


def test_what_an_engagement_answers_is_not_answered_otherwise() -> None:
    answered = TaRequestAnswered(
        engagement_id="plc-2026", request_id="ncase-17", how="engagement", answered_on=date(2026, 9, 1)
    )
    with pytest.raises(RequestAnswered, match="by engagement plc-2026"):
        requests.answer(AnswerRequest(request_id="ncase-17", how="resource"), given(asked(), answered, line=LINE), NOW)


def test_who_answered_a_request_is_corrected_by_a_revision() -> None:
    answered = TaRequestAnswered(request_id="ncase-17", how="resource", answered_on=date(2026, 9, 1))
    command = AnswerRequest(request_id="ncase-17", how="engagement", engagement_id="plc-2026", revision=1)
    known = given(asked(), answered, line=LINE, engagements=frozenset({"plc-2026"}))
    (event,) = requests.answer(command, known, NOW)
    assert given(asked(), answered, event, line=LINE).requests["ncase-17"].answered_by == "plc-2026"


def test_an_unknown_engagement_answers_nothing() -> None:
    command = AnswerRequest(request_id="ncase-17", how="engagement", engagement_id="plc-1999")
    with pytest.raises(Unknown, match="no engagement plc-1999"):
        requests.answer(command, given(asked(), line=LINE), NOW)


def test_a_withdrawn_request_stays_withdrawn_whenever_its_answer_is_told() -> None:
    answered = TaRequestAnswered(request_id="ncase-17", how="resource", answered_on=date(2026, 9, 30))
    withdrawn = TaRequestWithdrawn(request_id="ncase-17", reason="Solved")
    for order in ([withdrawn, answered, asked()], [asked(), answered, withdrawn]):
        assert given(*order, line=LINE).requests["ncase-17"].state == "withdrawn"
