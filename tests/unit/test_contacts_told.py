"""Reminders and rounds are contacts as the facts tell, whichever came first, and as long as they stand."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.followup.domain import Contact, Heard, told
from shared.events.base import Fact
from tests.support.saying import history, retraction, said

MEMBERS = [{"person_id": "p-new", "role": "lead_agency"}]
ROUND: dict[str, Any] = {"rule": "later", "kind": "later", "instrument": "later"}
OPENED = said("engagement_opened")
KY = said("team_formed")
WI = said("team_formed", team_id="wi", jurisdiction="WI", lead="p-wi", formed_on="2027-01-20")
LEFT = said("team_left")


def round_opens(at: str, round_id: str = "e1/later/e1/1", **words: Any) -> Fact:
    return said("evaluation_opened", round_id=round_id, n=1, contact="evaluation", at=at, **ROUND, **words)


def reminder(person_id: str = "p-1", at: str = "2027-01-25T10:00:00-05:00", n: int = 1) -> Fact:
    return said("reminder_sent", at=at, task_id="e1/offer/ky/1", n=n, channel="email", person_id=person_id)


def contacts(*facts: Fact) -> list[Contact]:
    """What was told of, by these facts; the rounds come from another service's ledger."""
    opened = tuple(fact for fact in facts if fact.event.from_ledger)
    return sorted(told(Heard(history(facts), opened)).values(), key=lambda one: (one.task_id, one.team_id or ""))


def test_a_round_reaches_the_teams_that_took_part_when_it_opened() -> None:
    for at, teams in (("2027-01-10", ["ky"]), ("2027-01-25", ["ky", "wi"]), ("2027-02-10", ["wi"])):
        found = contacts(round_opens(f"{at}T09:00:00-05:00"), LEFT, WI, KY, OPENED)
        assert [one.team_id for one in found] == teams, at


def test_a_round_of_one_team_reaches_that_team() -> None:
    found = contacts(OPENED, KY, WI, round_opens("2027-01-25T09:00:00-05:00", team_id="wi"))
    assert [(one.team_id, one.jurisdiction, one.person_id) for one in found] == [("wi", "WI", "p-wi")]


def test_a_round_reached_whoever_led_the_team_then() -> None:
    changed = said("team_changed", lead="p-new", members=MEMBERS, changed_on="2027-02-01")
    assert [one.person_id for one in contacts(OPENED, KY, changed, round_opens("2027-01-25T09:00:00-05:00"))] == ["p-1"]


def test_a_reminder_that_is_retracted_was_never_sent() -> None:
    sent = reminder()
    assert [one.jurisdiction for one in contacts(sent, OPENED, KY)] == ["KY"]
    assert contacts(sent, OPENED, KY, retraction(sent)) == []


ALL = [
    OPENED,
    KY,
    WI,
    LEFT,
    reminder(),
    retraction(reminder()),
    reminder("p-wi", n=2),
    round_opens("2027-01-25T09:00:00-05:00"),
    round_opens("2027-02-10T09:00:00-05:00", "e1/later/e1/2"),
]


@given(st.permutations(ALL))
def test_what_was_told_does_not_depend_on_the_order_in_which_it_was_heard(facts: list[Fact]) -> None:
    assert [(one.task_id, one.team_id, one.person_id) for one in contacts(*facts)] == [
        ("e1/later/e1/1", "ky", "p-1"),
        ("e1/later/e1/1", "wi", "p-wi"),
        ("e1/later/e1/2", "wi", "p-wi"),
        ("e1/offer/ky/1", "wi", "p-wi"),
    ]
