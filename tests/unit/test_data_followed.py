"""Tasks are rows of their own, and letters about rounds are none; nobody who was left out hides another."""

from datetime import UTC, datetime
from typing import Any

from services.evaluation.decisions.data import rows
from services.evaluation.domain.data import Source
from shared.events.base import Fact
from tests.support.saying import history, said

ROUND = "e1/mid/e1/1"
NOW = datetime(2027, 3, 1, tzinfo=UTC)


def told(table: str, *facts: Fact) -> list[dict[str, Any]]:
    known = history([said("engagement_opened"), *facts])
    return list(rows(table, Source(known, NOW, {}, facts), with_gone=False))


def withheld(person_id: str) -> Fact:
    """A letter about a round that consent forbids."""
    words: dict[str, Any] = {"team_id": "ky", "rule": "consent", "due_at": "2027-01-20T09:00:00-05:00"}
    return said("contact_suppressed", task_id=ROUND, n=1, person_id=person_id, **words)


def test_a_round_about_which_somebody_got_a_letter_or_none_is_no_task() -> None:
    reminded = said("reminder_sent", task_id=ROUND, n=1, channel="mail", person_id="p-1")
    assert told("tasks", reminded, withheld("p-2")) == []
    done = said("follow_up_done", task_id="e1/ask/ky/1", on="2027-01-08")
    assert [row["task_id"] for row in told("tasks", reminded, done)] == ["e1/ask/ky/1"]


def test_each_person_to_whom_a_letter_did_not_go_is_a_row_beside_the_round() -> None:
    words: dict[str, Any] = {"rule": "mid", "kind": "mid", "instrument": "mid", "title": "Mid", "because": "f"}
    day = "2027-01-20T09:00:00-05:00"
    opened = said(
        "evaluation_opened", round_id=ROUND, n=1, contact="evaluation", team_id="ky", due_at=day, at=day, **words
    )
    found = told("contacts", opened, withheld("p-1"), withheld("p-2"))
    assert {(row["team_id"], row["person_id"], row["became"]) for row in found} == {
        ("ky", None, "made"),
        ("ky", "p-1", "withheld"),
        ("ky", "p-2", "withheld"),
    }
