"""Two replicas on PostgreSQL at one instant: whoever thought about an older state of the world has to think again."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from services.followup import repository as followup
from shared import use_cases
from shared.events.base import Fact
from shared.obligations import ledger
from shared.storage import facts as kept
from shared.storage.database import Raced
from shared.storage.facts import Turn
from shared.storage.outbox import StoredOutbox
from shared.storage.rows import Records
from shared.storage.work import Store, Unit
from tests.support.ledgers import owed, write
from tests.support.saying import ENGAGEMENT, retraction, said
from tests.support.services import PLAYBOOK, published
from tests.support.stores import NOW, a_database_on, a_store, unsent

OPENED, FORMED = said("engagement_opened"), said("team_formed")
FACTS: Records = Records(view=lambda history: history, drawers=())


@pytest.fixture
async def replicas(server: str) -> AsyncIterator[tuple[Store, Store]]:
    async with a_database_on(server) as url, a_store(url) as one, a_store(url) as other:
        yield one, other


async def hear(store: Store, *facts: Fact) -> None:
    await use_cases.hear(store, facts, FACTS.record, said=True)


@pytest.mark.parametrize("before", [[], [said("engagement_closed")]])
async def test_who_decided_on_an_older_history_has_lost_the_race(
    replicas: tuple[Store, Store], before: list[Fact]
) -> None:
    slow, quick = replicas
    await hear(quick, *before)

    async def decide_slowly() -> None:
        async with slow.work() as unit:
            await kept.histories(unit, [ENGAGEMENT])
            await hear(quick, OPENED)
            await kept.record(unit, [FORMED], True)

    with pytest.raises(Raced):
        await decide_slowly()
    async with slow.look() as unit:
        assert {fact.id for fact in await kept.story(unit, ENGAGEMENT)} == {OPENED.id, *(fact.id for fact in before)}


async def test_a_history_is_never_newer_than_its_version_says(replicas: tuple[Store, Store]) -> None:
    slow, quick = replicas
    await hear(quick, OPENED)
    async with slow.look() as unit:
        await kept.lines(unit)
        await hear(quick, FORMED)
        assert set((await kept.histories(unit, [ENGAGEMENT]))[ENGAGEMENT].facts) == {OPENED.id}
    async with slow.look() as unit:
        assert set((await kept.histories(unit, [ENGAGEMENT]))[ENGAGEMENT].facts) == {OPENED.id, FORMED.id}


async def test_of_two_that_wait_for_each_other_one_gives_way(replicas: tuple[Store, Store]) -> None:
    there = [said("engagement_opened"), said("engagement_opened", engagement_id="e2")]
    await hear(replicas[0], *there)
    met = asyncio.Barrier(2)

    async def change(store: Store, first: str, then: str) -> None:
        async with store.work() as unit:
            await kept.record(unit, [said("team_formed", engagement_id=first, team_id=first)], True)
            await met.wait()
            await kept.record(unit, [said("team_formed", engagement_id=then, team_id=first)], True)

    async with asyncio.timeout(30):
        done = await asyncio.gather(
            change(replicas[0], "e1", "e2"), change(replicas[1], "e2", "e1"), return_exceptions=True
        )
    assert sorted(type(one).__name__ for one in done) == ["NoneType", "Raced"]


async def test_what_changed_while_somebody_looked_is_not_claimed_by_him(replicas: tuple[Store, Store]) -> None:
    slow, quick = replicas
    await write(quick, owed("a", NOW))

    async def claim_slowly() -> None:
        async with slow.work() as unit:
            await ledger.noted(unit, ["e1"])
            await write(quick, owed("a", NOW, state="done"))
            await ledger.claim(unit, 10)

    with pytest.raises(Raced):
        await claim_slowly()


async def test_what_one_postman_carries_the_other_leaves_alone(replicas: tuple[Store, Store]) -> None:
    one, other = replicas
    await hear(one, OPENED, said("engagement_opened", engagement_id="e2"))
    async with StoredOutbox(one).claim(1) as first, StoredOutbox(other).claim(10) as rest:
        assert [letter.subject.rpartition(".")[2] for letter in (*first.letters, *rest.letters)] == ["e1", "e2"]
        await rest.mark_sent(rest.letters)
    assert [letter.subject.rpartition(".")[2] for letter in await unsent(one)] == ["e1"]


async def test_no_postman_overtakes_another_within_an_engagement(replicas: tuple[Store, Store]) -> None:
    one, other = replicas
    await hear(one, OPENED)
    await hear(one, FORMED)
    async with StoredOutbox(one).claim(1) as first, StoredOutbox(other).claim(10) as rest:
        assert ([letter.id for letter in first.letters], rest.letters) == ([OPENED.id], [])
        assert rest.are_elsewhere
    async with StoredOutbox(one).claim(10) as both, StoredOutbox(other).claim(10) as nothing:
        assert (len(both.letters), nothing.letters, nothing.are_elsewhere) == (2, [], True)
        await both.mark_sent(both.letters)
    async with StoredOutbox(other).claim(10) as none:
        assert not none.are_elsewhere


async def test_postmen_carry_letters_of_different_requests_at_the_same_time_though_their_subjects_end_alike(
    replicas: tuple[Store, Store],
) -> None:
    one, other = replicas
    asked = [said("ta_request_logged", request_id=f"r{number}", external_id=f"r{number}") for number in (1, 2)]
    withdrawn = said("ta_request_withdrawn", request_id="r1")
    await hear(one, asked[0])
    await hear(one, asked[1], withdrawn)
    async with StoredOutbox(one).claim(1) as first, StoredOutbox(other).claim(10) as rest:
        assert [letter.id for letter in (*first.letters, *rest.letters)] == [fact.id for fact in asked]


async def test_letters_of_a_postman_who_died_are_free_at_once(replicas: tuple[Store, Store]) -> None:
    one, other = replicas
    await hear(one, OPENED)
    with pytest.raises(ConnectionError):
        async with StoredOutbox(one).claim(10):
            raise ConnectionError
    assert [letter.id for letter in await unsent(other)] == [OPENED.id]


async def tasks(store: Store) -> list[str]:
    async with store.look() as unit:
        return [row.rule for row in await ledger.every(unit) if row.is_open]


async def test_an_engagement_that_opens_while_its_playbook_is_published_elsewhere_is_planned_in_the_end(
    replicas: tuple[Store, Store],
) -> None:
    one, other = replicas
    async with one.work() as unit:
        await followup.record(unit, [OPENED, FORMED], False)
        async with other.work() as meanwhile:
            await followup.record(meanwhile, [published()], False)
    assert await tasks(one) == []
    await use_cases.pass_time(one, followup.FOLLOWING)
    assert await tasks(one) == ["ask"]


async def test_a_retraction_that_one_hears_while_another_hears_what_it_takes_back_is_heeded(
    replicas: tuple[Store, Store],
) -> None:
    one, other = replicas
    asked = said("ta_request_logged", engagement_id="-")
    taken_back = retraction(asked, engagement_id="-")

    async def record_slowly(unit: Unit, facts: Sequence[Fact], said: bool) -> Sequence[Turn]:
        turns = await followup.record(unit, facts, said)
        async with other.work() as meanwhile:
            if await kept.is_known(meanwhile, asked.line):
                return turns
            await followup.record(meanwhile, [asked], False)
        return turns

    await use_cases.hear(one, [taken_back], record_slowly)
    async with one.look() as unit:
        assert (await kept.histories(unit, [asked.line]))[asked.line].requests == {}


async def test_a_playbook_is_published_while_what_it_rules_is_busy_and_nobody_waits_for_anybody(
    replicas: tuple[Store, Store],
) -> None:
    one, other = replicas
    for store in replicas:
        await use_cases.hear(store, [published(), OPENED, FORMED], followup.record)
    changed = published(PLAYBOOK.replace("name: ask", "name: please"), version=2)
    async with asyncio.timeout(30), one.work() as busy:
        await followup.record(busy, [said("leadership_signed_off")], False)
        await use_cases.hear(other, [changed], followup.record)
        await use_cases.pass_time(other, followup.FOLLOWING)
    assert await tasks(one) == ["ask"]
    await use_cases.pass_time(other, followup.FOLLOWING)
    assert await tasks(one) == ["please"]


async def test_whoever_hears_many_lines_in_another_order_waits_and_then_has_his_turn(
    replicas: tuple[Store, Store],
) -> None:
    lines = [f"e{number}" for number in range(20)]
    await hear(replicas[0], *(said("engagement_opened", engagement_id=line) for line in lines))

    def batch(of: Sequence[str], team: str) -> list[Fact]:
        return [said("team_formed", engagement_id=line, team_id=team) for line in of]

    async with asyncio.timeout(30):
        await asyncio.gather(
            hear(replicas[0], *batch(lines, "ky")),
            hear(replicas[1], *batch(lines[::-1], "wi")),
            hear(replicas[0], *batch(lines[::2], "vi")),
        )
    async with replicas[0].look() as unit:
        known = await kept.histories(unit, lines)
    assert {len(history.teams) for history in known.values()} == {2, 3}
