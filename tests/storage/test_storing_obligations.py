"""The ledger gives out what time has something to do with, earliest first and to one replica only; lists know late."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select

from shared.errors import Unknown
from shared.obligations import ledger
from shared.obligations.following import FEW
from shared.obligations.obliged import Task
from shared.obligations.reconcile import Row
from shared.storage.database import Raced
from shared.storage.listing import Asked
from shared.storage.work import Store, Unit
from tests.support.ledgers import owed, write
from tests.support.stores import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def claimed(store: Store, most: int = 100) -> list[str]:
    async with store.work() as unit:
        return [row.item for rows in (await ledger.claim(unit, most))[0].values() for row in rows]


async def how_it_is_found(unit: Unit, query: Select[Any]) -> str:
    """The plan that the database makes for a query."""
    bare = unit.connection.sync_connection
    assert bare is not None
    schemas = bare.get_execution_options().get("schema_translate_map")
    spelled = query.compile(
        dialect=bare.dialect,
        schema_translate_map=schemas,
        render_schema_translate=schemas is not None,
        compile_kwargs={"literal_binds": True},
    )
    if bare.dialect.name == "sqlite":
        asked = f"EXPLAIN QUERY PLAN {spelled}"
    else:
        await unit.connection.exec_driver_sql("ANALYZE")
        asked = f"EXPLAIN {spelled}"
    return "\n".join(str(row) for row in (await unit.connection.exec_driver_sql(asked)).all())


async def listed(
    store: Store, state: ledger.ListedState | None = None, due_before: datetime | None = None, **equal: str
) -> list[str]:
    async with store.look() as unit:
        page = await ledger.page(unit, Asked(), Task, state, due_before, **equal)
    return [f"{task.item} {task.state}" for task in page.items]


async def test_what_fell_due_is_given_out_earliest_first(store: Store) -> None:
    await write(store, owed("c", NOW), owed("a", NOW - DAY), owed("b", NOW - HOUR), owed("d", NOW + HOUR))
    assert await claimed(store) == ["a", "b", "c"]
    assert await claimed(store, most=2) == ["a", "b"]


async def test_what_is_due_in_a_microsecond_waits(store: Store) -> None:
    await write(store, owed("a", NOW + timedelta(microseconds=1)))
    assert await claimed(store) == []


async def test_what_ended_is_never_given_out(store: Store) -> None:
    await write(store, owed("a", NOW - DAY, state="done"), owed("b", NOW - DAY, state="withdrawn"))
    assert await claimed(store) == []
    async with store.look() as unit:
        assert await ledger.earliest(unit) is None


async def test_of_many_that_fall_due_at_one_instant_the_next_are_found_without_sorting_all(store: Store) -> None:
    await write(store, *(owed(f"t{n}", NOW - DAY, f"e{n}") for n in range(3_000)))
    async with store.work() as unit:
        way = await how_it_is_found(unit, ledger.claimable(NOW, FEW))
    assert "ix_obligation_next" in way
    assert "Sort" not in way  # PostgreSQL's word for it
    assert "TEMP B-TREE" not in way  # SQLite's


async def test_what_was_claimed_by_one_replica_no_other_gets(store: Store, replica: Store) -> None:
    await write(store, owed("a", NOW - DAY), owed("b", NOW - HOUR, "e2"))
    if store.database.is_sqlite:
        # There only one can write at a time; what it claimed has changed before the next one looks.
        assert await claimed(store) == ["a", "b"]
        return
    async with asyncio.timeout(20), store.work() as unit:
        assert [row.item for row in (await ledger.claim(unit, 1))[0]["e1"]] == ["a"]
        assert await claimed(replica) == ["b"]


async def test_what_is_due_in_a_line_that_another_replica_is_changing_waits_for_it(
    store: Store, replica: Store
) -> None:
    await write(store, owed("a", NOW - DAY), owed("b", NOW - HOUR))
    async with asyncio.timeout(20), store.work() as unit:
        assert [row.item for row in (await ledger.claim(unit, 1))[0]["e1"]] == ["a"]
        if not store.database.is_sqlite:
            assert await claimed(replica) == []
    assert await claimed(replica) == ["a", "b"]


async def test_the_earliest_change_may_be_a_duedate_an_escalation_a_lapse_or_an_end(store: Store) -> None:
    async def earliest(*rows: Row) -> datetime | None:
        await write(store, *rows)
        async with store.look() as unit:
            return await ledger.earliest(unit)

    assert await earliest(owed("a", NOW + 9 * DAY)) == NOW + 9 * DAY
    assert await earliest(owed("b", NOW - DAY, state="due", escalate_at=NOW + 8 * DAY)) == NOW + 8 * DAY
    assert await earliest(owed("c", NOW - DAY, state="due", lapse_at=NOW + 7 * DAY)) == NOW + 7 * DAY
    assert await earliest(owed("d", NOW - DAY, state="due", closes_at=NOW + 6 * DAY)) == NOW + 6 * DAY


async def test_tasks_are_listed_by_their_due_time(store: Store) -> None:
    await write(store, owed("b", NOW + HOUR), owed("a", NOW + HOUR), owed("c", NOW))
    assert await listed(store) == ["c scheduled", "a scheduled", "b scheduled"]


async def test_what_is_due_for_longer_than_its_grace_is_overdue_and_not_due(store: Store) -> None:
    await write(
        store,
        owed("late", NOW - 9 * DAY, state="due", overdue_at=NOW),
        owed("due", NOW - DAY, state="due", overdue_at=NOW + timedelta(microseconds=1)),
        owed("graceless", NOW - HOUR, state="due"),
        owed("done", NOW - 9 * DAY, state="done", overdue_at=NOW - DAY),
        owed("later", NOW + DAY),
    )
    assert await listed(store, "overdue") == ["late overdue"]
    assert await listed(store, "due") == ["due due", "graceless due"]
    assert await listed(store, "done") == ["done done"]
    assert await listed(store, "open") == ["late overdue", "due due", "graceless due", "later scheduled"]


async def test_tasks_are_found_by_role_engagement_team_and_time(store: Store) -> None:
    await write(
        store,
        owed("ky", NOW),
        owed("vi", NOW + DAY, to="supervisor"),
        owed("gu", NOW + 2 * DAY, engagement="e2"),
    )
    assert await listed(store, to="supervisor") == ["vi scheduled"]
    assert await listed(store, engagement_id="e2") == ["gu scheduled"]
    assert await listed(store, team_id="ky") == ["ky scheduled"]
    assert await listed(store, due_before=NOW + DAY) == ["ky scheduled"]
    assert await listed(store, "scheduled", NOW + 9 * DAY, to="facilitator", engagement_id="e1") == ["ky scheduled"]


async def test_an_obligation_is_found_again_as_it_was_recorded(store: Store, replica: Store) -> None:
    row = owed("ky", NOW, escalate_at=NOW + DAY, escalate_to="supervisor", lapse_reason="the window closed")
    await write(store, row)
    async with replica.look() as unit:
        assert await ledger.find(unit, row.key, "task") == row
        assert await ledger.rows(unit, ["e1", "e9"]) == {"e1": {row.key: row}, "e9": {}}
        assert await ledger.every(unit) == [row]
        with pytest.raises(Unknown, match="There is no task e1/nothing/ky/1"):
            await ledger.find(unit, "e1/nothing/ky/1", "task")


async def test_whoever_changes_obligations_that_another_changed_meanwhile_has_lost_the_race(store: Store) -> None:
    await write(store, owed("ky", NOW))
    async with store.work() as unit:
        version = (await ledger.noted(unit, ["e1"]))["e1"].version
        await ledger.next_versions(unit, {"e1": version})
        with pytest.raises(Raced):
            await ledger.next_versions(unit, {"e1": version})
