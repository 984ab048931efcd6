"""The demo's own checks see what is wrong: what fell due twice, what lacks, what differs, what nobody said."""

from dataclasses import replace

from services.demo.checking import counts, differing, fell_due_twice, unlike
from shared.events.base import Fact
from shared.events.evaluation import EvaluationMoved, EvaluationOpened, EvaluationScheduled
from shared.events.followup import FollowUpFellDue, FollowUpScheduled
from shared.obligations.obliged import Obliged
from tests.support.demo import BECAUSE, Listener, a_round, at, done, task


def fell_due(n: int, due: str = "2027-01-14") -> Fact:
    return task(FollowUpFellDue, "summary/fl/1", "Send FL the summary", due, n=n)


def owed(**more: object) -> Obliged:
    words = {
        "key": "e1/summary/fl/1",
        "engagement": "e1",
        "rule": "summary",
        "kind": "task",
        "item": "fl",
        "occurrence": 1,
        "to": "facilitator",
        "title": "Send FL the summary",
        "due_at": at("2027-01-14"),
        "state": "done",
        "because": BECAUSE,
    }
    return Obliged.model_validate(words | more)


def test_a_task_that_falls_due_twice_for_one_date_is_found() -> None:
    assert fell_due_twice([fell_due(1)]) == []
    assert [found.split(",")[0] for found in fell_due_twice([fell_due(1), fell_due(2)])] == ["e1/summary/fl/1"]


def test_a_task_that_moved_may_fall_due_again() -> None:
    assert fell_due_twice([fell_due(1), fell_due(3, "2027-01-21")]) == []


def test_a_round_that_opens_twice_for_one_date_is_found() -> None:
    due, opened = a_round(EvaluationScheduled, due_at=at("2027-01-13")), a_round(EvaluationOpened, n=1)
    moved = a_round(EvaluationMoved, n=2, due_at=at("2027-02-13"))
    assert fell_due_twice([due, opened, moved, a_round(EvaluationOpened, n=3)]) == []
    assert len(fell_due_twice([due, opened, a_round(EvaluationOpened, n=2)])) == 1


def test_a_replay_that_ends_otherwise_is_found() -> None:
    assert differing([owed()], [owed()]) == []
    assert differing([owed()], [owed(state="lapsed")]) == ["e1/summary/fl/1: state is done, but lapsed in the replay"]
    assert "fired_at" in differing([owed()], [owed(fired_at=at("2027-01-14"))])[0]


def test_an_obligation_that_only_one_side_knows_is_found() -> None:
    assert differing([owed()], []) == ["e1/summary/fl/1: only on the bus"]
    assert differing([], [owed()]) == ["e1/summary/fl/1: only in the replay"]


def test_a_stream_that_holds_what_was_said_once_is_well() -> None:
    listener, said = Listener(), [fell_due(1), fell_due(2)]
    listener.hears("2027-01-14", *said)
    assert unlike(said, {"followup": [fact.id for fact in said]}, listener.story.entries) == []


def test_a_fact_that_lacks_or_that_nobody_said_is_found() -> None:
    listener, fact = Listener(), fell_due(1)
    listener.hears("2027-01-14", fact)
    told = list(listener.story.entries)
    assert unlike([], {"followup": [fact.id]}, told) == [f"fact {fact.id} was said but is not on the stream"]
    assert unlike([fact], {"followup": []}, told) == [f"fact {fact.id} is on the stream but nobody said it"]
    assert unlike([fact, fact], {"followup": [fact.id]}, told) == [f"fact {fact.id} is 2 times on the stream"]
    unheard = replace(fact, id=BECAUSE)
    assert unlike([fact, unheard], {"followup": [fact.id, BECAUSE]}, told) == [
        f"fact {BECAUSE} is on the stream but was not told"
    ]


def test_what_happened_is_counted_by_its_kind() -> None:
    listener = Listener("summary/fl/1")
    scheduled = task(FollowUpScheduled, "summary/fl/1", "Send FL the summary", "2027-01-14")
    listener.hears("2027-01-14", scheduled, fell_due(1))
    listener.hears("2027-02-14", done("summary/fl/1", "2027-02-14"))
    counted = {name: number for name, number in counts(listener.story.entries).items() if number}
    assert counted == {
        "said by people and trackers": 1,
        "obligations scheduled": 1,
        "fell due": 1,
        "done by somebody": 1,
        "done late": 1,
    }
