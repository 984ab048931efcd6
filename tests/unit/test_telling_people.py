"""What people and trackers say is told in plain words: states by name, alike things in one sentence."""

import re

import pytest

from services.demo.known import listed, plural, written
from shared.events.base import Event, Fact
from shared.events.catalogue import CATALOGUE
from shared.events.evaluation import EvaluationClosed, EvaluationOpened, EvaluationScheduled
from shared.events.examples import example
from tests.support.demo import Listener, a_round, an_answer, at
from tests.support.saying import held, retraction, said, session


def homework(team: str, on: str = "2027-02-01") -> Fact:
    return said("homework_handed_in", team_id=team, handed_in_on=on)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.type)
def test_every_fact_there_is_can_be_told_in_a_sentence(kind: type[Event]) -> None:
    fact, listener = example(kind), Listener()
    listener.hears("2027-01-04", fact)
    assert listener.sentences
    for sentence in listener.sentences:
        assert len(sentence.split()) > 1
        assert not re.search(r"\bNone\b|[{}]", sentence)


def test_states_are_called_by_their_names() -> None:
    listener = Listener()
    listener.hears("2027-01-04", said("ta_request_logged", need="How to keep staff?"))
    assert listener.sentences == ['Kentucky asks for help. "How to keep staff?"']


def test_teams_that_hand_in_one_after_the_other_are_told_in_one_line() -> None:
    listener = Listener()
    listener.hears("2027-01-11", session(2, "2027-01-11T14:00:00-05:00"))
    listener.hears("2027-01-11", said("homework_assigned", session_id="s2", due_on="2027-02-01"))
    for team in ("ky", "vi", "fl"):
        listener.hears("2027-02-01", homework(team))
    assert listener.lines[-1] == "Kentucky, U.S. Virgin Islands and Florida hand in their homework after session 2."
    assert listener.sentences[-1] == "Florida hands in its homework after session 2."


def test_what_was_said_on_another_day_stands_by_itself() -> None:
    listener = Listener()
    listener.hears("2027-02-01", homework("ky"))
    listener.hears("2027-02-02", homework("vi"))
    assert [line.split(" hand")[0] for line in listener.lines] == ["Kentucky", "U.S. Virgin Islands"]


def test_a_session_that_moves_is_told_with_both_its_dates() -> None:
    listener = Listener()
    listener.hears("2027-01-05", session(3, "2027-02-09T15:00:00-05:00"))
    listener.hears("2027-01-06", session(3, "2027-02-16T15:00:00-05:00", revision=1))
    assert listener.sentences[-1] == "Session 3 is moved from Tue 9 Feb to Tue 16 Feb."


def test_a_session_in_place_of_a_cancelled_one_is_scheduled_again() -> None:
    listener = Listener()
    listener.hears("2027-01-05", session(4, "2027-02-09T15:00:00-05:00"))
    listener.hears("2027-01-06", said("session_cancelled", session_id="s4", cancelled_on="2027-01-06", reason="Snow"))
    listener.hears("2027-01-07", session(4, "2027-02-16T15:00:00-05:00", session_id="s4b"))
    assert listener.sentences[1:] == [
        "Session 4 on Tue 9 Feb is cancelled: Snow.",
        "Session 4 is scheduled again: Tue 16 Feb.",
    ]


def test_who_missed_a_session_is_named() -> None:
    listener = Listener()
    listener.hears("2027-01-05", session(1, "2027-01-12T15:00:00-05:00"))
    listener.hears("2027-01-12", held(1, "2027-01-12T15:00:00-05:00", attendance={"ky": ["p1"], "vi": ["p2", "p3"]}))
    assert listener.sentences[-1] == "Session 1 is held with 2 teams and 3 people. Florida misses it."


def test_a_rejected_plan_is_told_with_its_reason() -> None:
    listener = Listener()
    listener.hears("2027-03-01", said("action_plan_rejected", team_id="fl", on="2027-03-01", reason="No budget"))
    assert listener.sentences == ["The lead agency of Florida rejects the plan: No budget."]


def test_what_is_taken_back_is_told_in_the_words_in_which_it_was_said() -> None:
    listener, mistaken = Listener(), homework("ky")
    listener.hears("2027-02-01", mistaken)
    listener.hears("2027-02-01", retraction(mistaken))
    assert listener.sentences[-1] == ('Taken back, as if never said: "Kentucky hands in its h1." The reason: a mistake')


def test_answers_are_told_together_when_their_round_closes() -> None:
    listener = Listener()
    listener.hears("2027-01-12", a_round(EvaluationScheduled, due_at=at("2027-01-13")))
    listener.hears("2027-01-13", a_round(EvaluationOpened, n=1, closes_at=at("2027-01-27")))
    for number, team in enumerate(["ky", "fl", "ky"]):
        listener.hears("2027-01-14", an_answer(team, number))
    listener.hears("2027-01-27", a_round(EvaluationClosed, n=2))
    listener.hears("2027-01-28", an_answer("vi", 9))
    assert listener.lines == [
        "Mid evaluation, to open on Wed 13 Jan",
        "Mid evaluation opens for answers, until Wed 27 Jan.",
        "Mid evaluation closes with 3 answers, from Florida and Kentucky (2).",
        "Somebody from U.S. Virgin Islands answers the mid evaluation.",
    ]


def test_a_date_has_its_year_only_where_it_is_far() -> None:
    today = at("2027-12-14").date()
    assert written(at("2028-01-09").date(), today) == "Sun 9 Jan"
    assert written(at("2028-09-20").date(), today) == "Wed 20 Sep 2028"


def test_lists_read_like_speech() -> None:
    assert listed(["Kentucky"]) == "Kentucky"
    assert listed(["Kentucky", "Ohio", "Kentucky"]) == "Kentucky (2) and Ohio"
    assert (plural(1, "person", "people"), plural(3, "person", "people")) == ("1 person", "3 people")
