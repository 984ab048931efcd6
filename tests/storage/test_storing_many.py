"""Many rows at once are written as one by one, on either database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shared.storage.facts import FACT, LINE
from shared.storage.many import among, insert_many, update_many, upsert
from shared.storage.work import OUTBOX, Store

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)


def lines(*names: str, version: int = 1) -> list[dict[str, object]]:
    return [{"line": name, "version": version, "ledger_version": 0, "look_again_at": NOON} for name in names]


async def test_rows_come_back_as_they_were_written_with_what_was_left_unsaid(store: Store) -> None:
    async with store.work() as unit:
        letters = [{"id": str(n), "subject": "eng.intake.said", "body": f'{{"é": "{n}"}}'} for n in range(1000)]
        assert await insert_many(unit.connection, OUTBOX, letters) == 1000
    async with store.look() as unit:
        found = (await unit.connection.execute(select(OUTBOX).order_by(OUTBOX.c.seq))).all()
        assert [row.id for row in found] == [str(n) for n in range(1000)]
        assert {(row.body, row.again, row.sent_at) for row in found if row.id == "7"} == {('{"é": "7"}', 0, None)}


async def test_a_row_that_is_there_is_refused_kept_or_replaced_as_it_is_asked_for(store: Store) -> None:
    async with store.work() as unit:
        await insert_many(unit.connection, LINE, lines("a", "b"))
        assert await insert_many(unit.connection, LINE, lines("b", "c", version=5), "keep") == 1
        await upsert(unit.connection, LINE, [*lines("c", "d", version=8), *lines("d", version=9)])
    async with store.look() as unit:
        found = await unit.connection.execute(select(LINE.c.line, LINE.c.version, LINE.c.look_again_at))
        assert sorted(map(tuple, found)) == [("a", 1, NOON), ("b", 1, NOON), ("c", 8, NOON), ("d", 9, NOON)]
    with pytest.raises(IntegrityError):
        async with store.work() as unit:
            await insert_many(unit.connection, LINE, lines("e", "a"))


async def test_what_a_row_does_not_name_stays_as_it_was(store: Store) -> None:
    async with store.work() as unit:
        letter = {"seq": 1, "id": "a", "subject": "eng.intake.said", "body": "{}"}
        await insert_many(unit.connection, OUTBOX, [letter | {"again": 7}])
        await upsert(unit.connection, OUTBOX, [letter | {"body": "[]"}])
    async with store.look() as unit:
        found = (await unit.connection.execute(select(OUTBOX.c.body, OUTBOX.c.again))).all()
        assert list(map(tuple, found)) == [("[]", 7)]


async def test_only_rows_with_these_values_are_written_and_those_are_counted(store: Store) -> None:
    async with store.work() as unit:
        await insert_many(unit.connection, LINE, lines("a", "b", "c"))
        read = [{"line": "a", "version": 1}, {"line": "b", "version": 2}, {"line": "x", "version": 1}]
        assert await update_many(unit.connection, LINE, ("line", "version"), read, counted="version") == 1
        noted: list[dict[str, object]] = [
            {"line": "b", "playbook": "desk", "look_again_at": None},
            {"line": "c", "playbook": None, "look_again_at": NOON},
        ]
        assert await update_many(unit.connection, LINE, ("line",), noted) == 2
    async with store.look() as unit:
        columns = (LINE.c.line, LINE.c.version, LINE.c.playbook, LINE.c.look_again_at)
        found = await unit.connection.execute(select(*columns).order_by(LINE.c.line))
        assert list(map(tuple, found)) == [("a", 2, None, NOON), ("b", 1, "desk", None), ("c", 1, None, NOON)]


async def test_of_each_row_only_what_it_names_is_written(store: Store) -> None:
    async with store.work() as unit:
        await insert_many(unit.connection, LINE, lines("a", "b"))
        told = [{"line": "a", "version": 1, "playbook": "desk"}, {"line": "b", "version": 1}]
        assert await update_many(unit.connection, LINE, ("line", "version"), told, counted="version") == 2
    async with store.look() as unit:
        columns = (LINE.c.line, LINE.c.version, LINE.c.playbook)
        found = await unit.connection.execute(select(*columns).order_by(LINE.c.line))
        assert list(map(tuple, found)) == [("a", 2, "desk"), ("b", 2, None)]


async def test_nothing_is_written_of_nothing(store: Store) -> None:
    async with store.work() as unit:
        assert await insert_many(unit.connection, LINE, []) == 0
        assert await update_many(unit.connection, LINE, ("line",), []) == 0


@pytest.mark.parametrize("some", [[], ["b"], ['"quoted"', "b", "ü", "nowhere"]])
async def test_those_among_some_are_found_whatever_their_letters(store: Store, some: list[str]) -> None:
    async with store.work() as unit:
        await insert_many(unit.connection, LINE, lines("a", "b", '"quoted"', "ü"))
    async with store.look() as unit:
        found = await unit.connection.scalars(select(LINE.c.line).where(among(LINE.c.line, some)))
        assert sorted(found) == sorted(set(some) - {"nowhere"})
        assert (await unit.connection.scalars(select(FACT.c.seq).where(among(FACT.c.seq, [1, 2])))).all() == []
        assert (await unit.connection.scalars(select(FACT.c.seq).where(among(FACT.c.seq, [])))).all() == []
