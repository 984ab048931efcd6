"""The example: logs of long ago are told as if they were of these days."""

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.example import STANDS_AT, NoLogs, NoPlace, NotEmpty, fill
from services.example.moving import LEFT_UNDONE, as_of
from shared.events import wire
from shared.events.base import Fact
from shared.events.sessions import SessionScheduled
from shared.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "playbooks" / "examples"


def log_of(name: str) -> bytes:
    return (EXAMPLES / f"{name}.jsonl").read_bytes()


@pytest.mark.parametrize("name", STANDS_AT)
@pytest.mark.parametrize("days", [0, 6, 100, 2500])
def test_on_whatever_day_it_is_looked_at_the_same_was_said_and_on_the_same_days_of_the_week(
    name: str, days: int
) -> None:
    now = datetime(2026, 1, 5, 15, tzinfo=UTC) + timedelta(days=days)
    once = [wire.decode(line) for line in log_of(name).splitlines()]
    facts = as_of(log_of(name), STANDS_AT[name], now)
    before = {fact.id: fact for fact in once}
    assert {(fact.time - before[fact.id].time) % timedelta(weeks=1) for fact in facts} == {timedelta()}
    assert max(fact.time for fact in facts) <= now
    assert [fact.id for fact in facts] == [fact.id for fact in once if fact.id in {fact.id for fact in facts}]


def test_a_session_is_ahead_on_the_weekday_on_which_it_was() -> None:
    """The ninth session of the community of practice was held on a Tuesday, eight days after the day that is shown."""
    now = datetime(2027, 3, 10, 15, tzinfo=UTC)
    facts = as_of(log_of("community-of-practice"), STANDS_AT["community-of-practice"], now)
    ahead = [fact.event for fact in facts if isinstance(fact.event, SessionScheduled) and fact.event.starts_at > now]
    assert [(one.number, one.starts_at.date()) for one in ahead] == [(9, date(2027, 3, 16))]


def test_what_people_did_with_their_tasks_in_the_last_days_is_left_to_the_reader() -> None:
    now = datetime(2027, 3, 10, 15, tzinfo=UTC)
    facts = [fact for name, day in STANDS_AT.items() for fact in as_of(log_of(name), day, now)]
    done: list[Fact] = [fact for fact in facts if ".followup." in fact.event.type]
    assert done and max(fact.time for fact in done) <= now - LEFT_UNDONE


def test_everybody_of_whom_the_logs_tell_is_in_the_directory_by_a_name_that_is_made_up() -> None:
    with (EXAMPLES / "people.csv").open(encoding="utf-8", newline="") as file:
        people = {row["id"]: row for row in csv.DictReader(file)}
    assert len({row["name"] for row in people.values()}) == len(people)
    assert all(row["address"].endswith("@example.org") for row in people.values())
    told = [json.loads(line)["data"] for name in STANDS_AT for line in log_of(name).splitlines()]
    named = {one["person_id"] for data in told for one in data.get("members", ())}
    named |= {data["lead"] for data in told if "lead" in data}
    named |= {person for data in told if isinstance(data.get("people"), dict) for person in data["people"].values()}
    assert named - people.keys() == set()


def test_it_is_never_mixed_with_data_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "intake.db").touch()
    with pytest.raises(NotEmpty, match=f"The folder {tmp_path} holds data already"):
        fill(Settings(data=tmp_path))
    with pytest.raises(NoPlace, match="THROUGHLINE_DATABASE"):
        fill(Settings(data=tmp_path, database="postgresql+asyncpg://there/throughline"))
    with pytest.raises(NoLogs, match="THROUGHLINE_PLAYBOOKS"):
        fill(Settings(data=tmp_path / "other", playbooks=tmp_path))
    assert [(file.name, file.stat().st_size) for file in tmp_path.rglob("*.db")] == [("intake.db", 0)]
