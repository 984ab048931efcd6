"""What a state does after its window is a sign, and each sign is one proposed outcome, whatever came first."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.evaluation import domain
from services.evaluation.decisions import may_show, propose
from services.evaluation.domain import Sign, Watched
from services.evaluation.domain.watching import signs, watched
from shared.playbooks.topics import read_topics
from tests.support.logs import logs_of_an_engagement
from tests.support.saying import history, said

TOPICS = read_topics("out-of-school-time: [after school]\n")
LAST_DAY = date(2027, 4, 1)
KENTUCKY = Watched(
    engagement_id="e1", team_id="ky", jurisdiction="KY", topic="Out-of-School Time", closed_on=date(2027, 2, 1)
)


def sign(**told: Any) -> Sign:
    """Kentucky asked for more on the topic, unless something else is told."""
    asked = {"line": "-/r1", "kind": "asked", "what": "r1", "jurisdiction": "KY", "because": "f1"}
    return Sign.model_validate({**asked, "on": "2027-04-02", "words": "out of school time", **told})


def levels(*seen: Sign) -> list[str]:
    return [proposed.level for proposed, _ in propose(KENTUCKY, LAST_DAY, seen, TOPICS)]


def test_a_request_on_the_topic_is_a_sign_whatever_the_topic_is_called() -> None:
    assert levels(sign(), sign(words="OUT-OF-SCHOOL-TIME"), sign(words="after school")) == ["knowledge"] * 3
    assert levels(sign(words="licensing")) == []


def test_what_was_done_inside_the_window_is_no_sign() -> None:
    assert levels(sign(on="2027-04-01")) == []


def test_a_team_elsewhere_is_a_sign_and_one_in_the_engagement_itself_is_none() -> None:
    assert levels(sign(kind="joined", line="e2"), sign(kind="joined", line="e1")) == ["network"]


def test_a_step_is_a_sign_for_the_team_whose_plan_it_is() -> None:
    step = {"kind": "finished", "line": "e1", "what": "p1/t1"}
    assert levels(sign(**step, team_id="ky"), sign(**step, team_id="vi"), sign(**{**step, "line": "e2"})) == [
        "practice"
    ]


def test_what_another_state_does_is_no_sign() -> None:
    assert levels(sign(jurisdiction="WI")) == []


def test_an_outcome_has_the_same_id_however_often_its_sign_is_told() -> None:
    seen = [sign(), sign(on="2027-06-01", because="f2"), sign(what="r2", line="-/r2")]
    ids = [proposed.outcome_id for proposed, _ in propose(KENTUCKY, LAST_DAY, seen, TOPICS)]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)


def test_a_team_that_left_is_not_watched() -> None:
    facts = [said("engagement_opened"), said("team_formed"), said("engagement_closed")]
    assert [it.team_id for it in watched(history(facts)).values()] == ["ky"]
    assert watched(history([*facts, said("team_left")])) == {}
    assert watched(history(facts[:2])) == {}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(logs_of_an_engagement(), st.integers(0, 200))
def test_whatever_is_proposed_happened_after_the_window_and_has_a_name_of_its_own(log: Any, days: int) -> None:
    known = domain.known(history(log))
    until = date(2026, 10, 1) + timedelta(days=days)
    for team in known.watched.values():
        found = propose(team, until, known.signs.values(), TOPICS)
        assert len({proposed.outcome_id for proposed, _ in found}) == len(found)
        assert all(proposed.seen_on > until and proposed.because == seen.because for proposed, seen in found)
    assert known.signs == signs(history(reversed(log)))


def test_a_step_told_at_great_length_is_proposed_with_as_much_of_it_as_fits() -> None:
    step = sign(kind="finished", line="e1", what="p1/t1", team_id="ky", words="x" * 8000)
    [(proposed, _)] = propose(KENTUCKY, LAST_DAY, [step], TOPICS)
    assert (len(proposed.statement), proposed.statement[-3:]) == (8000, "...")


def test_what_was_done_by_the_day_of_closing_shows_nothing_however_short_the_window_is() -> None:
    on_the_day, next_day = sign(on="2027-02-01"), sign(on="2027-02-02")
    assert may_show(KENTUCKY, [on_the_day, next_day], TOPICS) == [next_day]
