"""Folding: facts in any order and repetition, corrections, retractions, contradictions, and facts of others."""

from datetime import timedelta
from itertools import permutations

import pytest

from shared.events.base import Fact
from shared.playbooks.choice import choose, named
from shared.playbooks.history import History, fold
from tests.support.saying import NOW, history, retraction, said

OPENED = said("engagement_opened")
CORRECTED = said("engagement_opened", topic="food", revision=1)


def topic(*facts: Fact) -> str | None:
    """The topic of the engagement, after these facts in every order; it must be the same."""
    topics = {_topic(order) for order in permutations(facts)}
    assert len(topics) == 1
    return topics.pop()


def _topic(facts: tuple[Fact, ...]) -> str | None:
    folded = History("e1")
    for fact in facts:
        folded = fold(folded, [fact])
    assert _words(folded) == _words(history(facts))
    return _words(folded)


def _words(folded: History) -> str | None:
    return folded.engagement.words["topic"] if folded.engagement else None


def test_the_highest_revision_counts() -> None:
    assert topic(OPENED, CORRECTED) == "food"


def test_saying_it_again_changes_nothing() -> None:
    once = history([OPENED])
    assert fold(once, [OPENED]) is once
    assert once.knows(OPENED)
    assert once.conflict(OPENED) is None


def test_a_retracted_fact_never_was() -> None:
    assert topic(OPENED, retraction(OPENED)) is None


def test_retracting_a_correction_makes_what_it_corrected_count_again() -> None:
    assert topic(OPENED, CORRECTED, retraction(CORRECTED)) == "workforce"


def test_retracting_what_was_corrected_leaves_the_correction() -> None:
    assert topic(OPENED, CORRECTED, retraction(OPENED)) == "food"


def test_retracting_a_retraction_undoes_it() -> None:
    gone = retraction(OPENED)
    assert topic(OPENED, gone, retraction(gone)) == "workforce"
    assert topic(OPENED, gone, retraction(gone), retraction(retraction(gone))) is None


def test_retractions_that_name_one_another_take_back_all_that_they_name() -> None:
    one = said("engagement_closed")
    first, second = retraction(one), retraction(one)
    first = Fact("first", first.event.model_copy(update={"fact_id": "second"}), NOW, NOW)
    second = Fact("second", second.event.model_copy(update={"fact_id": "first"}), NOW, NOW)
    assert history([first, second]).effective == ()
    assert topic(OPENED, first, second) == "workforce"


def test_a_retraction_of_something_unknown_waits_for_it() -> None:
    assert topic(retraction(OPENED), CORRECTED) == "food"


def test_a_retraction_of_another_engagement_changes_nothing() -> None:
    assert topic(OPENED, retraction(OPENED, engagement_id="e2")) == "workforce"


def test_a_retraction_outside_engagements_goes_with_what_it_names() -> None:
    assert topic(OPENED, retraction(OPENED, engagement_id="-")) is None


def test_facts_of_other_engagements_are_left_out() -> None:
    assert topic(OPENED, said("engagement_opened", engagement_id="e2", topic="food")) == "workforce"


def test_what_a_ledger_said_is_no_reason_for_anything() -> None:
    done = said("follow_up_done", task_id="e1/r/ky/1", on="2027-01-05", person_id=None, because=OPENED.id)
    assert history([OPENED, done]).marks == {}


def test_the_same_words_under_another_id_stand_until_both_are_retracted() -> None:
    imported = said("engagement_opened", fact_id="import-1")
    assert topic(OPENED, imported, retraction(OPENED)) == "workforce"
    assert topic(OPENED, imported, retraction(OPENED), retraction(imported)) is None


def test_other_words_under_the_same_id_or_revision_are_a_contradiction() -> None:
    known = history([OPENED])
    assert known.conflict(said("engagement_opened", topic="food")) == OPENED
    assert known.conflict(said("engagement_opened", topic="food", fact_id="import-1")) == OPENED
    assert known.conflict(CORRECTED) is None
    assert known.conflict(said("engagement_closed")) is None


def test_what_was_retracted_can_be_said_otherwise_under_another_id() -> None:
    known = history([OPENED, retraction(OPENED)])
    assert known.conflict(said("engagement_opened", topic="food", fact_id="import-1")) is None
    assert known.conflict(said("engagement_opened", topic="food")) == OPENED, "the retracted id stays retracted"


def test_of_two_facts_that_contradict_each_other_the_first_recorded_stands() -> None:
    earlier = said("engagement_opened", topic="food", recorded=NOW - timedelta(days=1), fact_id="import-1")
    assert topic(OPENED, earlier) == "food"
    assert topic(OPENED, said("engagement_opened", topic="food", recorded=NOW - timedelta(days=1))) == "food"


@pytest.mark.parametrize("months", [("02", "03"), ("03", "04"), ("04", "05"), ("05", "06"), ("06", "07")])
def test_changes_take_effect_in_the_order_of_their_days(months: tuple[str, str]) -> None:
    earlier = said("engagement_changed", changed_on=f"2027-{months[0]}-01", topic="space", center="OST")
    later = said("engagement_changed", changed_on=f"2027-{months[1]}-01", topic="food")
    assert topic(OPENED, later, earlier) == "food"
    assert history([OPENED, later, earlier]).engagement.words["center"] == "OST"  # type: ignore[union-attr]


def test_a_change_of_an_engagement_that_is_not_open_yet_waits_for_it() -> None:
    assert topic(said("engagement_changed", changed_on="2027-02-01", topic="food")) is None


def test_the_history_of_a_request_holds_what_belongs_to_it() -> None:
    request, task = said("ta_request_logged"), "-/answer/r1/1"
    marks = [
        said("follow_up_done", task_id=task, on="2027-01-05"),
        said("follow_up_done", task_id="-/answer/r2/1", on="2027-01-05"),
    ]
    folded = history([request, said("ta_request_logged", request_id="r2"), *marks], line="-/r1")
    assert set(folded.requests) == {"r1"}
    assert set(folded.marks) == {task}


def published(version: int, days: int, playbook: str = "example") -> Fact:
    return said("playbook_published", playbook=playbook, version=version, recorded=NOW + timedelta(days=days))


def test_an_engagement_keeps_the_version_that_was_newest_when_it_was_opened() -> None:
    versions = [published(1, -9), published(2, 0), published(3, 1), published(9, -1, "other")]
    known = history([OPENED])
    assert named(known) == "example"
    assert choose(versions, known) == versions[1]
    assert choose(reversed(versions), known) == versions[1]


def test_where_none_was_published_in_time_the_lowest_version_rules() -> None:
    versions = [published(3, 2), published(2, 1)]
    assert choose(versions, history([OPENED])) == versions[1]
    assert choose([], history([OPENED])) is None
    assert choose(versions, History("e1")) is None


def test_a_correction_is_no_new_choice_but_a_change_of_the_playbook_is() -> None:
    versions = [published(1, -9), published(2, 1), published(3, 9)]
    corrected = said("engagement_opened", topic="food", revision=1, recorded=NOW + timedelta(days=5))
    assert choose(versions, history([OPENED, corrected])) == versions[0]
    renewed = said("engagement_changed", changed_on="2027-01-09", playbook="example", recorded=NOW + timedelta(days=5))
    assert choose(versions, history([OPENED, corrected, renewed])) == versions[1]
    title = said("engagement_changed", changed_on="2027-01-20", title="Other", recorded=NOW + timedelta(days=20))
    assert choose(versions, history([OPENED, renewed, title])) == versions[1]


def test_requests_are_ruled_by_the_desk_as_it_was_when_they_were_logged() -> None:
    versions = [published(1, -9, "desk"), published(2, 1, "desk")]
    known = history([said("ta_request_logged")], line="-/r1")
    assert named(known) == "desk"
    assert choose(versions, known) == versions[0]
    assert named(History("-/r1")) is None
