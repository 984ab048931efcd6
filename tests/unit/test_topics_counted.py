"""When a topic is in demand: how many have to ask, who counts, and when it is said again."""

from datetime import date
from typing import Any

from hypothesis import given as every
from hypothesis import strategies as st

from services.intake.decisions import topics
from services.intake.domain import Request, Topic
from shared.events.intake import TopicInDemand
from shared.playbooks.model import Demand

TOPIC, FIRST = "licensing", date(2027, 1, 1)
THREE = Demand()


def request(id: str, jurisdiction: str, day: str = "2027-01-04", **told: Any) -> Request:
    words: dict[str, Any] = {"source": "ncase", "external_id": id, "topic": TOPIC, "need": "How?"}
    return Request(request_id=id, jurisdiction=jurisdiction, logged_on=date.fromisoformat(day), **words, **told)


def asks(request: Request) -> topics.Asks:
    return topics.Asks(*(getattr(request, name) for name in topics.Asks._fields))


def said(*requests: Request, before: tuple[TopicInDemand, ...] = (), policy: Demand = THREE) -> list[TopicInDemand]:
    return topics.demand(topics.asking(TOPIC, map(asks, requests), before, FIRST), policy)


KY, WI, VI = request("r1", "KY", "2027-01-04"), request("r2", "WI", "2027-01-05"), request("r3", "VI", "2027-01-03")
GA, OH, TN = request("r4", "GA"), request("r5", "OH"), request("r6", "TN")


def test_three_jurisdictions_that_wait_for_an_answer_make_a_demand() -> None:
    [event] = said(KY, WI, VI)
    assert (event.jurisdictions, event.request_ids) == (("KY", "VI", "WI"), ("r3", "r1", "r2"))
    assert (event.topic, event.since) == (TOPIC, date(2027, 1, 3))
    assert event.line == "-/licensing"


def test_two_do_not_and_neither_do_three_requests_of_two() -> None:
    assert said(KY, WI) == []
    assert said(KY, WI, request("r7", "WI")) == []


def test_requests_that_were_answered_or_withdrawn_or_have_grown_old_do_not_count() -> None:
    assert said(KY, WI, VI.but(state="answered")) == []
    assert said(KY, WI, VI.but(state="withdrawn")) == []
    assert said(KY, WI, request("r3", "VI", "2026-12-31")) == []


def test_it_is_said_once() -> None:
    before = tuple(said(KY, WI, VI))
    assert said(KY, WI, VI, before=before) == []
    assert said(KY, WI, VI, request("r7", "KY"), before=before) == []


def test_it_is_said_again_when_as_many_more_have_come() -> None:
    before = tuple(said(KY, WI, VI))
    assert said(KY, WI, VI, GA, OH, before=before) == []
    [again] = said(KY, WI, VI, GA, OH, TN, before=before)
    assert again.jurisdictions == ("GA", "KY", "OH", "TN", "VI", "WI")
    assert said(KY, WI, VI, GA, OH, TN, before=(*before, again)) == []


def test_who_was_answered_and_asks_again_counts_anew() -> None:
    before = tuple(said(KY, WI, VI))
    answered = [one.but(state="answered") for one in (KY, WI, VI)]
    again = [request("r7", "KY", "2027-03-01"), request("r8", "WI", "2027-03-01"), request("r9", "VI", "2027-03-02")]
    assert said(*answered, *again[:2], before=before) == []
    [event] = said(*answered, *again, before=before)
    assert (event.request_ids, event.since) == (("r7", "r8", "r9"), date(2027, 3, 1))


def test_as_many_on_the_same_days_as_once_before_are_said_anew_and_contradict_nothing() -> None:
    before = tuple(said(KY, WI, VI))
    again = [one.but(request_id=f"{one.request_id}-again") for one in (KY, WI, VI)]
    [event] = said(*again, before=before)
    assert (event.names, event.revision) == (before[0].names, 1)
    assert event.derived_id != before[0].derived_id


def test_a_center_can_ask_for_more_or_fewer() -> None:
    assert len(said(KY, WI, policy=Demand(jurisdictions=2))) == 1
    assert said(KY, WI, VI, policy=Demand(jurisdictions=4)) == []


@every(st.permutations([KY, WI, VI, GA, OH, TN]))
def test_whoever_asks_first_six_that_come_one_by_one_are_told_of_twice(order: list[Request]) -> None:
    told: tuple[TopicInDemand, ...] = ()
    for count in range(1, 7):
        told = (*told, *said(*order[:count], before=told))
    assert [len(event.jurisdictions) for event in told] == [3, 6]


def told_of(*requests: Request, before: tuple[TopicInDemand, ...] = ()) -> Topic:
    asking = topics.asking(TOPIC, map(asks, requests), before, FIRST)
    return topics.told(asking, {one.request_id: one for one in requests}, THREE)


def test_whoever_plans_sees_whom_to_invite_with_what_and_who_came_later() -> None:
    before = tuple(said(KY, WI, VI))
    topic = told_of(KY, WI, VI, GA, before=before)
    assert (topic.state, topic.said, topic.to_go, topic.new) == ("in_demand", True, 2, ("GA",))
    assert {one.jurisdiction: [r.request_id for r in one.requests] for one in topic.invite} == {
        "GA": ["r4"], "KY": ["r1"], "VI": ["r3"], "WI": ["r2"],
    }  # fmt: skip
    growing = told_of(KY, WI)
    assert (growing.state, growing.said, growing.to_go, growing.since) == ("growing", False, 1, KY.logged_on)
