"""Facts are recorded once, in any order; what contradicts them is refused; what was retracted never was."""

import pytest
from sqlalchemy import select

from shared.errors import SaidOtherwise, Unknown
from shared.events.base import Fact, say
from shared.events.intake import IntakeFactRetracted
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.facts import Turn
from shared.storage.work import Store
from tests.support.saying import ENGAGEMENT, NOW, retraction, said, session
from tests.support.stores import letters

OPENED, FORMED = said("engagement_opened"), said("team_formed")


async def record(store: Store, *facts: Fact, said: bool = True) -> list[Turn]:
    async with store.work() as unit:
        return await kept.record(unit, facts, said)


async def history(store: Store, line: str = ENGAGEMENT) -> History:
    async with store.look() as unit:
        return (await kept.histories(unit, [line]))[line]


async def known(store: Store, line: str = ENGAGEMENT) -> set[str]:
    """The ids of all facts of a line, as another process reads them."""
    async with store.look() as unit:
        return {fact.id for fact in await kept.story(unit, line)}


async def version(store: Store, line: str = ENGAGEMENT) -> int:
    async with store.look() as unit:
        return (await unit.connection.execute(select(kept.LINE.c.version).where(kept.LINE.c.line == line))).scalar_one()


async def test_a_fact_is_found_again_word_for_word(store: Store, replica: Store) -> None:
    await record(store, OPENED)
    async with replica.look() as unit:
        assert await kept.fact(unit, OPENED.id) == OPENED
    assert list((await history(replica)).facts.values()) == [OPENED]


async def test_a_fact_that_nobody_said_is_not_known(store: Store) -> None:
    async with store.look() as unit:
        with pytest.raises(Unknown, match="There is no fact"):
            await kept.fact(unit, OPENED.id)


async def test_a_repetition_changes_nothing_and_is_not_said_again(store: Store) -> None:
    await record(store, OPENED, FORMED)
    before = await version(store)
    assert await record(store, FORMED, OPENED, FORMED) == []
    assert await version(store) == before
    assert await letters(store) == ["engagement_opened", "team_formed"]


async def test_a_fact_that_is_twice_in_one_batch_is_recorded_once(store: Store) -> None:
    [turn] = await record(store, OPENED, OPENED)
    assert turn.new == (OPENED,)
    assert await letters(store) == ["engagement_opened"]


async def test_other_words_under_the_same_revision_are_refused_and_the_field_is_named(store: Store) -> None:
    await record(store, FORMED)
    with pytest.raises(SaidOtherwise, match=r"lead.*revision 1") as refused:
        await record(store, said("team_formed", lead="p-9"))
    assert refused.value.field == "revision"
    assert list((await history(store)).facts.values()) == [FORMED]


async def test_two_that_contradict_each_other_in_one_batch_are_both_refused(store: Store) -> None:
    with pytest.raises(SaidOtherwise):
        await record(store, OPENED, FORMED, said("team_formed", lead="p-9"))
    assert await known(store) == set()
    assert await letters(store) == []


async def test_another_id_does_not_make_a_contradiction_true(store: Store) -> None:
    await record(store, FORMED)
    with pytest.raises(SaidOtherwise):
        await record(store, said("team_formed", lead="p-9", fact_id="from-another-system"))


async def test_the_same_id_with_other_words_is_refused_whatever_its_type(store: Store) -> None:
    await record(store, FORMED)
    with pytest.raises(SaidOtherwise):
        await record(store, said("team_left", fact_id=FORMED.id))


async def test_a_higher_revision_corrects_and_both_stay_on_record(store: Store) -> None:
    corrected = said("team_formed", lead="p-9", revision=1)
    await record(store, FORMED)
    await record(store, corrected)
    told = await history(store)
    assert told.effective == (corrected,)
    assert set(told.facts) == {FORMED.id, corrected.id}


async def test_a_lower_revision_that_comes_late_is_kept_and_corrects_nothing(store: Store) -> None:
    corrected = said("team_formed", lead="p-9", revision=1)
    await record(store, corrected)
    await record(store, FORMED)
    assert (await history(store)).effective == (corrected,)


async def test_a_retraction_takes_its_fact_out_of_the_history(store: Store) -> None:
    await record(store, OPENED, FORMED)
    await record(store, retraction(FORMED))
    assert OPENED in (await history(store)).effective
    assert FORMED not in (await history(store)).effective


async def test_a_retraction_may_come_before_the_fact_that_it_retracts(store: Store) -> None:
    await record(store, retraction(FORMED))
    await record(store, OPENED)
    await record(store, FORMED)
    assert FORMED not in (await history(store)).effective


@pytest.mark.parametrize("order", ["fact first", "retraction first"])
async def test_a_retraction_goes_into_the_line_of_what_it_retracts(store: Store, replica: Store, order: str) -> None:
    logged = said("ta_request_logged")
    taken_back = retraction(logged, engagement_id="-")
    facts = [logged, taken_back] if order == "fact first" else [taken_back, logged]
    for fact in facts:
        await record(store, fact)
    assert await known(store, "-/r1") == {logged.id, taken_back.id}
    assert [fact for fact in (await history(replica, "-/r1")).effective if fact == logged] == []
    assert (await history(store, "-/r1")).effective == (await history(replica, "-/r1")).effective


async def test_a_retraction_in_one_batch_with_its_fact_finds_it(store: Store) -> None:
    logged = said("ta_request_logged")
    await record(store, retraction(logged, engagement_id="-"), logged)
    assert await known(store, f"-/{logged.id}") == set()
    assert logged.id in (await history(store, "-/r1")).retracted


async def test_a_retraction_that_is_retracted_takes_nothing_back(store: Store) -> None:
    first = retraction(FORMED)
    second = say(IntakeFactRetracted(engagement_id=ENGAGEMENT, fact_id=first.id, reason="it was right"), NOW)
    await record(store, OPENED, FORMED, first)
    await record(store, second)
    assert FORMED in (await history(store)).effective


async def test_each_line_has_a_history_of_its_own(store: Store) -> None:
    elsewhere = said("engagement_opened", engagement_id="e2")
    turns = await record(store, OPENED, elsewhere, said("ta_request_logged"))
    assert {turn.line for turn in turns} == {"e1", "e2", "-/r1"}
    assert await known(store, "e2") == {elsewhere.id}
    async with store.look() as unit:
        assert await kept.lines(unit) == ["-/r1", "e1", "e2"]
        assert await kept.is_known(unit, "e2")
        assert not await kept.is_known(unit, "e3")


async def test_a_turn_tells_the_history_before_and_after(store: Store) -> None:
    await record(store, OPENED)
    [turn] = await record(store, FORMED)
    assert (set(turn.before.facts), set(turn.after.facts)) == ({OPENED.id}, {OPENED.id, FORMED.id})


async def test_an_unknown_line_has_an_empty_history(store: Store) -> None:
    assert (await history(store, "nowhere")).facts == {}


async def test_what_another_replica_recorded_is_seen_although_the_line_is_remembered(
    store: Store, replica: Store
) -> None:
    await record(store, OPENED)
    assert set((await history(replica)).facts) == {OPENED.id}
    await record(store, FORMED)
    assert set((await history(replica)).facts) == {OPENED.id, FORMED.id}


async def test_a_story_is_told_in_the_order_in_which_things_happened(store: Store) -> None:
    later = session(2, "2027-03-01T15:00:00-05:00", at="2027-02-02T09:00:00-05:00")
    sooner = session(1, "2027-02-01T15:00:00-05:00", at="2027-01-05T09:00:00-05:00")
    twin = session(3, "2027-02-05T15:00:00-05:00", at="2027-01-05T09:00:00-05:00")
    await record(store, later, sooner, twin)
    async with store.look() as unit:
        assert await kept.story(unit, ENGAGEMENT) == [sooner, twin, later]


async def test_what_was_heard_is_kept_but_not_said_again(store: Store) -> None:
    await record(store, OPENED, said=False)
    assert await known(store) == {OPENED.id}
    assert await letters(store) == []


async def test_letters_of_any_writing_are_kept(store: Store, replica: Store) -> None:
    told = said("team_left", reason="Кадры, 人手 — 🙂 'quoted' \\ \"twice\"\n; DROP TABLE fact")
    await record(store, told)
    async with replica.look() as unit:
        assert await kept.fact(unit, told.id) == told


async def test_a_retraction_that_came_first_is_found_by_work_that_had_looked_at_the_line(
    store: Store, replica: Store
) -> None:
    withdrawn = said("ta_request_withdrawn")
    await record(store, said("ta_request_logged"))
    await record(store, retraction(withdrawn, engagement_id="-"))
    async with replica.work() as unit:
        await kept.histories(unit, ["-/r1"])
        [turn] = await kept.record(unit, [withdrawn], True)
    assert withdrawn.id in turn.after.retracted
