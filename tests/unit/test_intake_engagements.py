"""What intake decides about engagements: opening, changing, closing, and the requests that they answer."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from services.intake.decisions import engagements
from services.intake.decisions.engagements import NoSuchPlaybook
from services.intake.decisions.requests import RequestAnswered, RequestWithdrawn
from services.intake.domain import ChangeEngagement, CloseEngagement, OpenEngagement
from shared.errors import Malformed, Unknown
from shared.events.base import Event
from shared.events.intake import (
    EngagementChanged,
    EngagementClosed,
    EngagementOpened,
    TaRequestAnswered,
    TaRequestWithdrawn,
)
from tests.support.intake import NOW, PEOPLE, asked, given, opened, request_lines, words

PUBLISHED = ("action-research-partnership", "desk", "peer-learning-community")


def open_(**told: Any) -> OpenEngagement:
    return OpenEngagement.model_validate(opened().model_dump(exclude_none=True) | told)


def change(**told: Any) -> ChangeEngagement:
    return ChangeEngagement.model_validate({"engagement_id": "plc-2026"} | told)


def close(**told: Any) -> CloseEngagement:
    return CloseEngagement.model_validate({"engagement_id": "plc-2026", "reason": "completed"} | told)


def when_opened(command: OpenEngagement, *before: Event, now: datetime = NOW, **beside: Any) -> list[Event]:
    told: dict[str, Any] = {"published": PUBLISHED, "zone": ZoneInfo(command.time_zone)}
    return engagements.open_(command, given(*before, **told | beside), now)


def when_changed(command: ChangeEngagement, *before: Event, **beside: Any) -> EngagementChanged:
    event, *_ = engagements.change(command, given(*before, **{"published": PUBLISHED} | beside), NOW)
    assert isinstance(event, EngagementChanged)
    return event


def test_a_center_opens_an_engagement() -> None:
    assert when_opened(open_()) == [opened()]


def test_an_engagement_without_a_day_opens_today_where_it_is() -> None:
    late = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
    event, *_ = when_opened(open_(opened_on=None), now=late)
    assert isinstance(event, EngagementOpened)
    assert event.opened_on == date(2026, 9, 14)


def test_opening_without_a_day_again_tomorrow_is_opening_once() -> None:
    tomorrow = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)
    assert when_opened(open_(opened_on=None), opened(), now=tomorrow) == [opened()]


def test_an_unknown_playbook_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(NoSuchPlaybook) as refused:
        when_opened(open_(playbook="peer-learning-comunity"))
    assert "action-research-partnership, peer-learning-community" in str(refused.value)
    assert refused.value.field == "playbook"


def test_the_playbook_of_the_desk_is_for_requests_and_opens_no_engagement() -> None:
    with pytest.raises(NoSuchPlaybook):
        when_opened(open_(playbook="desk"))


def test_an_engagement_does_not_close_before_it_opens() -> None:
    with pytest.raises(Malformed, match="before the engagement is opened") as refused:
        when_opened(open_(planned_close="2026-08-31"))
    assert refused.value.field == "planned_close"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"time_zone": "Eastern"}, "time_zone"),
        ({"goals": [{"goal_id": "g", "level": "practice", "statement": "Plans are carried out"}] * 2}, "goals"),
        ({"engagement_id": "-"}, "engagement_id"),
        ({"people": {"facilitator": "p-ruiz"}}, "people"),
    ],
)
def test_an_engagement_is_understood_field_by_field(told: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        open_(**told)
    assert [error["loc"][0] for error in refused.value.errors()] == [field]


def test_the_requests_that_an_engagement_answers_are_answered_with_it() -> None:
    tennessee = asked(request_id="ncase-18", external_id="18", jurisdiction="TN")
    requests = request_lines(asked(), tennessee)
    event, *answers = when_opened(open_(answers=["ncase-18", "ncase-17"]), requests=requests)
    assert words([event, *answers]) == ["engagement_opened", "ta_request_answered", "ta_request_answered"]
    assert answers == [
        TaRequestAnswered(engagement_id="plc-2026", request_id=id, answered_on=date(2026, 9, 1), how="engagement")
        for id in ("ncase-17", "ncase-18")
    ]


def test_a_request_that_came_after_the_opening_was_answered_when_it_came() -> None:
    requests = request_lines(asked(logged_on="2026-09-10"))
    _, answer = when_opened(open_(answers=["ncase-17"]), requests=requests)
    assert isinstance(answer, TaRequestAnswered)
    assert answer.answered_on == date(2026, 9, 10)


def test_an_engagement_cannot_answer_what_nobody_asked() -> None:
    with pytest.raises(Unknown, match="no request ncase-99") as refused:
        when_opened(open_(answers=["ncase-17", "ncase-99"]), requests=request_lines(asked()))
    assert refused.value.field == "answers[1]"


def test_an_engagement_cannot_answer_a_withdrawn_request() -> None:
    withdrawn = TaRequestWithdrawn(request_id="ncase-17", reason="Solved")
    with pytest.raises(RequestWithdrawn) as refused:
        when_opened(open_(answers=["ncase-17"]), requests=request_lines(asked(), withdrawn))
    assert refused.value.field == "answers[0]"


def test_an_engagement_cannot_answer_what_another_answered() -> None:
    other = TaRequestAnswered(
        engagement_id="plc-2025", request_id="ncase-17", answered_on=date(2026, 8, 21), how="engagement"
    )
    with pytest.raises(RequestAnswered, match="by engagement plc-2025"):
        when_opened(open_(answers=["ncase-17"]), requests=request_lines(asked(), other))


def test_correcting_an_engagement_answers_no_request_twice() -> None:
    before = opened(answers=["ncase-17"])
    answered = TaRequestAnswered(
        engagement_id="plc-2026", request_id="ncase-17", answered_on=date(2026, 9, 1), how="engagement"
    )
    command = open_(answers=["ncase-17"], title="Rural out-of-school time", revision=1)
    events = when_opened(command, before, requests=request_lines(asked(), answered))
    assert words(events) == ["engagement_opened"]


def test_an_engagement_is_corrected_though_a_log_answered_its_requests_in_nobodys_name() -> None:
    answered = TaRequestAnswered(request_id="ncase-17", answered_on=date(2026, 9, 1), how="engagement")
    command = open_(answers=["ncase-17"], title="Rural out-of-school time", revision=1)
    events = when_opened(command, opened(answers=["ncase-17"]), requests=request_lines(asked(), answered))
    assert words(events) == ["engagement_opened"]


def test_an_engagement_gets_another_facilitator() -> None:
    event = when_changed(change(people={**PEOPLE, "facilitator": "p-okafor"}), opened())
    engagement = given(opened(), event).engagement
    assert event.changed_on == date(2026, 9, 14)
    assert engagement
    assert engagement.facilitator == "p-okafor"
    assert engagement.title == opened().title


def test_what_is_changed_twice_on_one_day_is_one_change_with_both() -> None:
    first = when_changed(change(title="Rural afternoons"), opened())
    second = when_changed(change(planned_sessions=6), opened(), first)
    assert (second.revision, second.title, second.planned_sessions) == (1, "Rural afternoons", 6)
    third = when_changed(change(title="Rural afternoons and summers"), opened(), first, second)
    assert (third.revision, third.title, third.planned_sessions) == (2, "Rural afternoons and summers", 6)


def test_the_same_change_on_the_same_day_is_said_once() -> None:
    first = when_changed(change(title="Rural afternoons"), opened())
    assert when_changed(change(title="Rural afternoons"), opened(), first) == first


def test_an_engagement_may_drop_all_its_goals() -> None:
    goal = {"goal_id": "g1", "level": "practice", "statement": "Plans are carried out"}
    first = when_changed(change(title="Rural afternoons"), opened(goals=[goal]))
    second = when_changed(change(goals=[]), opened(goals=[goal]), first)
    engagement = given(opened(goals=[goal]), first, second).engagement
    assert engagement
    assert engagement.goals == ()


def test_a_change_is_corrected_by_its_next_revision() -> None:
    first = when_changed(change(title="Rural afternoons", planned_sessions=6), opened())
    second = when_changed(change(title="Rural evenings", revision=1), opened(), first)
    assert (second.title, second.planned_sessions) == ("Rural evenings", None)


def test_a_change_must_change_something() -> None:
    with pytest.raises(Malformed, match="nothing is changed"):
        when_changed(change(), opened())


def test_a_change_is_judged_together_with_what_stays() -> None:
    with pytest.raises(Malformed, match="before the engagement is opened"):
        when_changed(change(planned_close="2026-08-01"), opened())
    with pytest.raises(Malformed, match="before the engagement is opened"):
        when_changed(change(opened_on="2027-03-01"), opened(planned_close="2027-02-01"))


def test_what_was_never_opened_is_neither_changed_nor_closed() -> None:
    with pytest.raises(Unknown, match="no engagement plc-2026"):
        when_changed(change(title="Rural afternoons"))
    with pytest.raises(Unknown, match="no engagement plc-2026"):
        engagements.close(close(), given(), NOW)


def test_an_engagement_ends() -> None:
    events = engagements.close(close(), given(opened()), NOW)
    assert events == [EngagementClosed(engagement_id="plc-2026", closed_on=date(2026, 9, 14), reason="completed")]
    engagement = given(opened(), *events).engagement
    assert engagement
    assert engagement.state == "closed"


def test_an_engagement_does_not_end_before_it_began() -> None:
    with pytest.raises(Malformed, match="before the engagement was opened") as refused:
        engagements.close(close(closed_on="2026-08-31"), given(opened()), NOW)
    assert refused.value.field == "closed_on"
