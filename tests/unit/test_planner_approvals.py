"""What needs an approval is held back until it is granted, and says which one it waits for; everything else goes on."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.base import Fact
from shared.obligations.reconcile import reconcile
from shared.playbooks.never import never
from tests.support.saying import NOW, Desk, history, owed, playbook, retraction, said, told

RULES = """
- {name: invite, each: team, needs: invite, task: "Invite {jurisdiction}", to: x, due: {wait: 1 week, after: formed}}
- {name: greet, each: team, task: "Greet {jurisdiction}", to: facilitator, due: {wait: 1 week, after: formed}}
"""
BOOK = playbook(RULES)
OPENED, FORMED = said("engagement_opened"), said("team_formed")
ASKED = said("approval_requested", region=4, jurisdiction="KY")
GRANTED = said("approval_answered", answered_on="2027-02-06")
DECLINED = said("approval_answered", answer="declined")


def plans(*facts: Fact) -> dict[str, str]:
    return {key: told(it) for key, it in owed(BOOK, [OPENED, FORMED, *facts]).items()}


def held_back(*facts: Fact) -> str | None:
    return owed(BOOK, [OPENED, FORMED, *facts])["invite/ky/1"].held_back


def test_without_the_question_it_waits_and_says_that_nobody_has_asked() -> None:
    assert plans() == {"invite/ky/1": "2027-01-11 09:00, expected", "greet/ky/1": "2027-01-11 09:00, scheduled"}
    assert held_back() == "nobody has asked yet for the approval to invite a state"


def test_while_the_question_is_open_it_waits_and_names_it() -> None:
    assert plans(ASKED)["invite/ky/1"] == "2027-01-11 09:00, expected"
    assert held_back(ASKED) == "waits for the approval a1 to invite a state, which region 4 was asked for on 2027-01-04"
    assert (
        held_back(said("approval_requested"))
        == "waits for the approval a1 to invite a state, which was asked for on 2027-01-04"
    )


def test_granted_it_is_due_as_planned_but_not_before_the_working_day_of_the_answer() -> None:
    assert plans(ASKED, GRANTED)["invite/ky/1"] == "2027-02-08 09:00, scheduled"
    early = said("approval_answered", answered_on="2027-01-05")
    assert plans(ASKED, early)["invite/ky/1"] == "2027-01-11 09:00, scheduled"
    assert held_back(ASKED, GRANTED) is None


def test_declined_there_is_nothing_to_do_unless_another_is_open_or_granted() -> None:
    assert plans(ASKED, DECLINED) == {"greet/ky/1": "2027-01-11 09:00, scheduled"}
    again = said("approval_requested", approval_id="a2", region=4, asked_on="2027-01-12")
    assert (
        held_back(ASKED, DECLINED, again)
        == "waits for the approval a2 to invite a state, which region 4 was asked for on 2027-01-12"
    )
    second = said("approval_answered", approval_id="a2", answered_on="2027-01-20")
    assert plans(ASKED, DECLINED, again, second)["invite/ky/1"] == "2027-01-20 09:00, scheduled"


@pytest.mark.parametrize(
    ("asked", "is_meant"),
    [
        ({}, True),
        ({"jurisdiction": "KY"}, True),
        ({"jurisdiction": "WI"}, False),
        ({"region": 4}, True),
        ({"region": 5}, False),
        ({"region": 4, "jurisdiction": "TN"}, False),
        ({"region": 9, "jurisdiction": "KY"}, True),
        ({"about": "speaker"}, False),
    ],
)
def test_an_approval_counts_where_it_speaks_of_the_teams_place(asked: dict[str, Any], is_meant: bool) -> None:
    facts = said("approval_requested", **asked), GRANTED
    assert plans(*facts)["invite/ky/1"].endswith("scheduled") == is_meant


def test_a_session_has_no_place_and_takes_any_regions_consent() -> None:
    rule = "- {name: a, each: session, needs: speaker, task: T, to: facilitator, due: {wait: 1 week, before: start}}\n"
    session = said("session_scheduled", starts_at="2027-03-02T14:00:00-05:00")
    asked = said("approval_requested", about="speaker", region=9)
    planned = owed(playbook(rule), [OPENED, session, asked, GRANTED])
    assert {key: told(it) for key, it in planned.items()} == {"a/s1/1": "2027-02-23 09:00, scheduled"}


def test_where_it_names_a_tribe_it_counts_whoever_was_asked() -> None:
    formed = said("team_formed", jurisdiction="tribe-x")
    asked = said("approval_requested", jurisdiction="tribe-x", region=9)
    assert owed(BOOK, [OPENED, formed, asked, GRANTED])["invite/ky/1"].reached


def test_what_has_no_place_is_free_with_the_first_yes_of_any_region() -> None:
    rule = "- {name: a, each: engagement, needs: invite, task: T, to: facilitator, due: {after: opened}}\n"
    first, second = said("approval_requested", region=4), said("approval_requested", approval_id="a2", region=5)
    yes = said("approval_answered", answered_on="2027-01-05")

    def planned(*facts: Fact) -> list[str]:
        return [told(it) for it in owed(playbook(rule), [OPENED, *facts]).values()]

    assert planned(first, yes) == ["2027-01-05 09:00, scheduled"]
    for answer in ("granted", "declined"):
        late = said("approval_answered", approval_id="a2", answered_on="2027-01-20", answer=answer)
        assert planned(first, yes, second) == planned(first, yes, second, late) == ["2027-01-05 09:00, scheduled"]
    no = said("approval_answered", answer="declined")
    assert planned(first, no, second) == ["2027-01-04 09:00, expected"]
    assert planned(first, no) == []
    assert planned(first, no, said("approval_answered", approval_id="a2", answer="declined"), second) == []


INTRODUCE = "- {name: a, each: peers, needs: connect, task: T, to: facilitator, due: {after: suggested}}\n"
PEERS = said("peers_suggested", from_team="ky", to_jurisdiction="WI", need="data", score=1.0)


def introduced(asked: dict[str, Any], answer: str | None, *, granted: dict[str, Any]) -> list[str]:
    """What becomes of the introduction of KY to WI where one approval was granted, and one was answered like this."""
    facts = [
        said("approval_requested", about="connect", **granted),
        said("approval_answered", answered_on="2027-01-11"),
        said("approval_requested", about="connect", approval_id="a2", **asked),
    ]
    if answer:
        facts.append(said("approval_answered", approval_id="a2", answered_on="2027-01-25", answer=answer))
    return [told(it) for it in owed(playbook(INTRODUCE), [OPENED, FORMED, PEERS, *facts]).values()]


@pytest.mark.parametrize("other", [{"region": 5}, {"jurisdiction": "WI"}, {"region": 9, "jurisdiction": "WI"}])
def test_no_peers_are_introduced_where_the_other_sides_region_refused(other: dict[str, Any]) -> None:
    assert introduced(other, "declined", granted={"region": 4}) == []
    assert introduced(other, None, granted={"region": 4}) == ["2027-01-04 09:00, expected"]
    assert introduced(other, "granted", granted={"region": 4}) == ["2027-01-25 09:00, scheduled"]
    assert introduced(other, "declined", granted={}) == []


def test_a_refusal_that_names_neither_side_or_the_same_one_takes_no_yes_away() -> None:
    for asked in ({}, {"region": 4}, {"region": 9}, {"jurisdiction": "TN"}):
        assert introduced(asked, "declined", granted={"region": 4}) == ["2027-01-11 09:00, scheduled"]


def test_peers_can_be_introduced_with_the_consent_of_the_one_region_that_was_asked() -> None:
    for region, is_meant in ((4, True), (5, True), (9, False)):
        asked = said("approval_requested", about="connect", region=region)
        [planned] = owed(playbook(INTRODUCE), [OPENED, FORMED, PEERS, asked, GRANTED]).values()
        assert planned.reached == is_meant


def test_a_fact_that_makes_it_done_does_so_though_nobody_granted_anything() -> None:
    rule = RULES.replace("needs: invite,", "needs: invite, done_by: signed_off,")
    signed = said("leadership_signed_off")
    for facts in ((), (ASKED,), (ASKED, DECLINED)):
        assert owed(playbook(rule), [OPENED, FORMED, signed, *facts])["invite/ky/1"].done


def test_an_occurrence_that_would_have_been_earlier_is_due_with_the_answer_and_none_after_the_window() -> None:
    rule = (
        "- {name: a, each: team, needs: connect, contact: true, task: T, to: facilitator,"
        " due: {wait: 1 month, after: closed}, repeat: {every: 1 month, times: 3}}\n"
    )
    closed = said("engagement_closed", closed_on="2027-01-11")
    asked = said("approval_requested", about="connect")
    book = playbook(rule, "window: {wait: 6 months, after: closed}\n")
    late = said("approval_answered", answered_on="2027-03-15")
    assert [told(it) for it in owed(book, [OPENED, FORMED, closed, asked, late]).values()] == [
        "2027-03-15 09:00, scheduled", "2027-03-15 09:00, scheduled", "2027-04-12 09:00, scheduled",
    ]  # fmt: skip
    too_late = said("approval_answered", answered_on="2027-07-12")
    assert owed(book, [OPENED, FORMED, closed, asked, too_late]) == {}


OTHERS = [
    said("approval_requested", approval_id="a2", region=5),
    said("approval_requested", approval_id="a3", region=4),
]
MANY = [OPENED, FORMED, ASKED, GRANTED, *OTHERS, said("approval_answered", approval_id="a3", answered_on="2027-02-01")]


@given(st.permutations([*MANY, *MANY]))
def test_the_order_in_which_question_and_answer_are_heard_makes_no_difference(order: list[Fact]) -> None:
    assert owed(BOOK, order) == owed(BOOK, MANY)


def test_a_ledger_schedules_with_the_answer_and_withdraws_when_it_is_taken_back() -> None:
    desk = Desk(RULES)
    desk.hear(OPENED, FORMED, ASKED)
    assert list(desk.rows) == ["e1/greet/ky/1"]
    assert [change.kind for change in desk.hear(GRANTED)] == ["schedule"]
    assert desk.row("invite/ky/1").wait == "1 week after formed, not before a1 was granted"
    [change] = desk.hear(retraction(GRANTED))
    assert (change.kind, change.reason) == (
        "withdraw", "waits for the approval a1 to invite a state, which region 4 was asked for on 2027-01-04",
    )  # fmt: skip
    [declined] = [change for change in desk.hear(GRANTED_AFTER_ALL) if change.kind == "schedule"]
    assert declined.row.state == "scheduled"


GRANTED_AFTER_ALL = said("approval_answered", answered_on="2027-02-08", revision=1)


def test_what_was_scheduled_is_withdrawn_when_the_answer_turns_out_to_be_no() -> None:
    desk = Desk(RULES)
    desk.hear(OPENED, FORMED, ASKED, GRANTED)
    [change] = desk.hear(said("approval_answered", answer="declined", revision=1))
    assert (change.kind, change.row.key) == ("withdraw", "e1/invite/ky/1")


def test_reconciling_twice_changes_nothing() -> None:
    desk = Desk(RULES)
    desk.hear(OPENED, FORMED, ASKED)
    wanted = {f"e1/{key}": it for key, it in owed(BOOK, [OPENED, FORMED, ASKED]).items()}
    assert reconcile(wanted, desk.rows, history([OPENED]).marks, NOW) == []


def test_no_approval_is_of_a_request() -> None:
    rule = "- {name: a, each: request, needs: invite, task: T, to: facilitator, due: {after: logged}}\n"
    book = playbook(rule).model_copy(update={"playbook": "desk"})
    assert [str(one) for one in never(book)] == [
        "rules[0].needs: can never fire: approvals are asked for within engagements, and this stands outside"
    ]


def test_now_makes_no_difference_to_it() -> None:
    later = datetime.fromisoformat("2027-06-01T12:00:00-04:00")
    assert owed(BOOK, [OPENED, FORMED, ASKED], now=later) == owed(BOOK, [OPENED, FORMED, ASKED])
