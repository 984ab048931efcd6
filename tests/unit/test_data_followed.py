"""Tasks are rows of their own, and letters about rounds are none; nobody who was left out hides another."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from services.evaluation.decisions.data import rows
from services.evaluation.domain.data import Source
from shared.events.base import Fact
from tests.support.saying import history, said

ROUND = "e1/mid/e1/1"
NOW = datetime(2027, 3, 1, tzinfo=UTC)


def told(table: str, *facts: Fact, letters: Mapping[str, int] = MappingProxyType({})) -> list[dict[str, Any]]:
    """The rows of a table; `letters` is to how many of each team letters about the round go."""
    known = history([said("engagement_opened"), said("team_formed"), *facts])
    return list(rows(table, Source(known, NOW, {}, facts, letters={ROUND: letters}), with_gone=False))


def opened(n: int = 1, **words: Any) -> Fact:
    """The round opens."""
    day = "2027-01-20T09:00:00-05:00"
    its: dict[str, Any] = {"rule": "mid", "kind": "mid", "instrument": "mid", "title": "Mid", "because": "f"}
    return said("evaluation_opened", round_id=ROUND, n=n, due_at=day, at=day, **its, **words)


def withheld(person_id: str, n: int = 1, **more: Any) -> Fact:
    """A letter about a round that consent forbids."""
    words: dict[str, Any] = {"team_id": "ky", "rule": "consent", "due_at": "2027-01-20T09:00:00-05:00"}
    return said(
        "contact_suppressed", task_id=ROUND, n=n, person_id=person_id, at="2027-01-20T09:00:00-05:00", **words, **more
    )


def test_a_round_about_which_somebody_got_a_letter_or_none_is_no_task() -> None:
    reminded = said("reminder_sent", task_id=ROUND, n=1, channel="mail", person_id="p-1")
    assert told("tasks", reminded, withheld("p-2")) == []
    done = said("follow_up_done", task_id="e1/ask/ky/1", on="2027-01-08")
    assert [row["task_id"] for row in told("tasks", reminded, done)] == ["e1/ask/ky/1"]


def test_each_person_to_whom_a_letter_did_not_go_is_a_row_beside_the_round() -> None:
    found = told("contacts", opened(contact="evaluation", team_id="ky"), withheld("p-1"), withheld("p-2"))
    assert {(row["team_id"], row["person_id"], row["became"]) for row in found} == {
        ("ky", None, "made"),
        ("ky", "p-1", "withheld"),
        ("ky", "p-2", "withheld"),
    }


def test_a_withheld_letter_tells_whether_it_was_an_invitation_or_a_reminder() -> None:
    letters = [withheld("p-1", 1, letter="invitation"), withheld("p-1", 2, letter="reminder"), withheld("p-2", 3)]
    found = [(row["person_id"], row["what"], row["n"]) for row in told("contacts", *letters)]
    assert found == [("p-1", "invitation", 1), ("p-1", "reminder", 2), ("p-2", "letter", 3)]


def test_the_invitations_to_a_round_are_one_row_for_each_team_that_got_any() -> None:
    [row] = told("contacts", opened(), letters={"ky": 2})
    assert (row["what"], row["kind"], row["became"], row["team_id"]) == ("invitation", "evaluation", "made", "ky")
    spared = [withheld("p-1", 1, letter="invitation"), withheld("p-2", 2, letter="invitation")]
    assert [row["became"] for row in told("contacts", opened(), *spared, letters={"ky": 2})] == ["withheld"] * 2
    later = [withheld("p-1", 1, letter="reminder"), withheld("p-2", 2, letter="reminder")]
    assert "made" in [row["became"] for row in told("contacts", opened(), *later, letters={"ky": 2})]


def test_the_invitations_to_a_round_that_is_a_contact_itself_are_no_second_one() -> None:
    [row] = told("contacts", opened(contact="offer"), letters={"ky": 2})
    assert (row["what"], row["kind"], row["team_id"]) == ("round", "offer", None)


def test_each_time_that_a_task_was_withheld_or_a_round_opened_is_a_row_with_a_name_of_its_own() -> None:
    words: dict[str, Any] = {"task_id": "e1/call/ky/1", "team_id": "ky", "rule": "cap", "at": "2027-01-20T09:00-05:00"}
    forbidden = [said("contact_suppressed", n=n, **words) for n in (1, 3)]
    found = told("contacts", *forbidden, opened(contact="offer", n=1), opened(contact="offer", n=3))
    assert [(row["what"], row["n"]) for row in found] == [("task", 1), ("task", 3), ("round", 1), ("round", 3)]


def test_each_reminder_to_somebody_in_a_team_is_a_row() -> None:
    sent = [
        said("reminder_sent", task_id=ROUND, n=n, channel="mail", person_id=who) for n, who in ((1, "p-1"), (2, "p-1"))
    ]
    staff = said("reminder_sent", task_id=ROUND, n=1, channel="mail", person_id="p-f")
    found = [(row["what"], row["person_id"], row["n"], row["team_id"]) for row in told("contacts", *sent, staff)]
    assert sorted(found) == [("reminder", "p-1", 1, "ky"), ("reminder", "p-1", 2, "ky")]
