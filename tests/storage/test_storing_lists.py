"""Lists show each row once, page by page, even while others write; what was put aside is kept once, with its reason."""

from datetime import date, timedelta

import pytest

from services.sessions import repository
from services.sessions.tables import TABLES
from shared.errors import Malformed, Problem, Unknown
from shared.storage import aside
from shared.storage.aside import NotWaiting, PutAside
from shared.storage.listing import Asked, InSeveralEngagements
from shared.storage.work import Store
from tests.support.saying import said, session
from tests.support.stores import a_store, letters

PROBLEMS = (Problem("data.lead", "is missing"), Problem("", "is not JSON"))
SUBJECT = "eng.sessions.session_held.v1.e1"


@pytest.fixture
async def sessions(url: str) -> object:
    async with a_store(url, "sessions", TABLES) as store:
        yield store


async def schedule(store: Store, *numbers: int, day: int = 1) -> None:
    facts = [said("engagement_opened")]
    facts += [session(number, f"2027-02-{day:02}T15:00:00-05:00", session_id=f"s{number:02}") for number in numbers]
    async with store.work() as unit:
        await repository.RECORDS.record(unit, facts, True)


async def page(store: Store, cursor: str | None, limit: int = 2) -> tuple[list[str], str | None]:
    async with store.look() as unit:
        told = await repository.SESSIONS.page(unit, Asked(cursor=cursor, limit=limit))
    return [one.session_id for one in told.items], told.next


async def test_a_list_shows_each_row_once_although_all_start_at_one_time(sessions: Store) -> None:
    await schedule(sessions, *range(1, 8))
    seen, cursor = await page(sessions, None)
    while cursor:
        more, cursor = await page(sessions, cursor)
        seen += more
    assert seen == [f"s{number:02}" for number in range(1, 8)]


async def test_a_list_shows_each_row_once_while_rows_are_added(sessions: Store) -> None:
    await schedule(sessions, 2, 4, 6)
    seen, cursor = await page(sessions, None)
    await schedule(sessions, 1, 3, 5, 7)
    while cursor:
        more, cursor = await page(sessions, cursor)
        seen += more
    assert seen == ["s02", "s04", "s05", "s06", "s07"]


async def test_a_page_that_is_exactly_full_is_the_last(sessions: Store) -> None:
    await schedule(sessions, 1, 2)
    assert await page(sessions, None) == (["s01", "s02"], None)
    assert await page(sessions, None, limit=1) != (["s01"], None)


async def test_days_and_texts_are_read_on_from_where_they_were(url: str) -> None:
    async with a_store(url, "sessions", TABLES) as store:
        day = date(2027, 2, 1)
        plans = [
            said("action_plan_submitted", plan_id=f"p{number}", submitted_on=(day + timedelta(number // 2)).isoformat())
            for number in range(5)
        ]
        async with store.work() as unit:
            await repository.RECORDS.record(unit, [said("engagement_opened"), *plans], True)
        seen: list[str] = []
        cursor: str | None = None
        while True:
            async with store.look() as unit:
                told = await repository.PLANS.page(unit, Asked(cursor=cursor, limit=1))
            seen += [plan.plan_id for plan in told.items]
            if (cursor := told.next) is None:
                break
        assert seen == ["p0", "p1", "p2", "p3", "p4"]


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense", "é", "====", "bnVsbA", "W10", "WyJhIiwgImIiXQ", "WzEsIDIsIDNd",
        # ["2027-02-01T15:00:00", "e1", "s1"]: a time without a zone
        "WyIyMDI3LTAyLTAxVDE1OjAwOjAwIiwgImUxIiwgInMxIl0",
        # ["2027-02-01T15:00:00+00:00", ["e1"], {}]
        "WyIyMDI3LTAyLTAxVDE1OjAwOjAwKzAwOjAwIiwgWyJlMSJdLCB7fV0",
        # ["2027-02-01T15:00:00+00:00", "\u0000", "s1"]
        "WyIyMDI3LTAyLTAxVDE1OjAwOjAwKzAwOjAwIiwgIlx1MDAwMCIsICJzMSJd",
        # ["0001-01-01T00:00:00+14:00", "e1", "s1"]: before the beginning of time
        "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgImUxIiwgInMxIl0",
    ],
)  # fmt: skip
async def test_a_cursor_that_no_list_gave_is_refused(sessions: Store, cursor: str) -> None:
    await schedule(sessions, 1)
    with pytest.raises(Malformed, match="not a cursor") as refused:
        await page(sessions, cursor)
    assert refused.value.problems[0].field == "cursor"


async def test_one_id_in_two_engagements_has_to_be_asked_for_with_its_engagement(sessions: Store) -> None:
    elsewhere = [
        said("engagement_opened", engagement_id="e2"),
        session(1, "2027-02-01T15:00:00-05:00", session_id="s01", engagement_id="e2"),
    ]
    await schedule(sessions, 1)
    async with sessions.work() as unit:
        await repository.RECORDS.record(unit, elsewhere, True)
    async with sessions.look() as unit:
        with pytest.raises(InSeveralEngagements, match="engagement="):
            await repository.SESSIONS.find(unit, "s01")
        assert (await repository.SESSIONS.find(unit, "s01", "e2")).engagement_id == "e2"
        with pytest.raises(Unknown):
            await repository.SESSIONS.find(unit, "s01", "e3")


@pytest.mark.parametrize("id", ["nobody", "", "'; DROP TABLE session; --", "\U0001f642", "x" * 10_000])
async def test_whatever_id_is_asked_for_the_answer_is_that_it_is_unknown(sessions: Store, id: str) -> None:
    async with sessions.look() as unit:
        with pytest.raises(Unknown):
            await repository.SESSIONS.find(unit, id)


async def put(store: Store, body: bytes, subject: str = SUBJECT) -> str:
    async with store.work() as unit:
        return await aside.put_aside(unit, subject, body, PROBLEMS)


async def waiting(store: Store, state: str | None = "waiting") -> list[PutAside]:
    async with store.look() as unit:
        return (await aside.waiting(unit, Asked(), state)).items


async def test_a_message_is_put_aside_whole_and_with_every_reason(store: Store) -> None:
    id = await put(store, b'{"lead": \xff\x00}')
    [message] = await waiting(store)
    assert message.aside_id == id
    assert message.body == '{"lead": \\xff\0}'
    assert [(one["field"], one["reason"]) for one in message.problems] == [
        ("data.lead", "is missing"),
        ("", "is not JSON"),
    ]
    assert (message.subject, message.put_at, message.state) == (SUBJECT, store.clock.now(), "waiting")
    async with store.look() as unit:
        assert await aside.message(unit, id) == (SUBJECT, b'{"lead": \xff\x00}')


async def test_a_message_that_comes_again_is_put_aside_once_and_told_once(store: Store) -> None:
    assert await put(store, b"{") == await put(store, b"{")
    assert len(await waiting(store)) == 1
    assert await letters(store) == ["aside.followup"]
    await put(store, b"{", subject="eng.sessions.session_held.v1.e2")
    await put(store, b"[")
    assert len(await waiting(store)) == 3


async def test_what_was_settled_waits_no_more_and_stays_on_record(store: Store) -> None:
    dropped, stays = await put(store, b"{"), await put(store, b"[")
    async with store.work() as unit:
        await aside.settle(unit, dropped, "dropped")
    assert [one.aside_id for one in await waiting(store)] == [stays]
    assert [one.aside_id for one in await waiting(store, "dropped")] == [dropped]
    assert len(await waiting(store, None)) == 2
    async with store.look() as unit:
        with pytest.raises(NotWaiting, match="was dropped already"):
            await aside.message(unit, dropped)
        with pytest.raises(Unknown, match="There is no message put aside nowhere"):
            await aside.message(unit, "nowhere")


async def test_one_sees_how_much_waits(store: Store) -> None:
    await put(store, b"{")
    async with store.look() as unit:
        assert await aside.waiting_counts(unit) == {"outbox": 1, "aside": 1}


async def test_a_message_that_was_retried_and_comes_back_waits_again(store: Store) -> None:
    id = await put(store, b"x")
    async with store.work() as unit:
        await aside.settle(unit, id, "retried")
    assert await waiting(store) == []
    assert await put(store, b"x") == id
    assert [message.aside_id for message in await waiting(store)] == [id]


async def test_a_message_that_was_dropped_stays_dropped(store: Store) -> None:
    id = await put(store, b"x")
    async with store.work() as unit:
        await aside.settle(unit, id, "dropped")
    await put(store, b"x")
    assert await waiting(store) == []
