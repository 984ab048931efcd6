"""Intake with its real database: commands and facts become rows and letters, once, in any order."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake import handlers, repository
from services.intake.decisions import engagements, requests, teams
from services.intake.decisions import playbooks as publishing
from services.intake.domain import (
    ChangeEngagement,
    Engagement,
    FormTeam,
    LogRequest,
    OpenEngagement,
    PublishPlaybook,
    Request,
    Team,
)
from services.intake.tables import TABLES
from shared.clock import VirtualClock
from shared.commands import Said
from shared.errors import Malformed, Refused, SaidOtherwise, Unknown
from shared.events.base import Event
from shared.events.intake import (
    EngagementClosed,
    IntakeFactRetracted,
    LeadershipSignedOff,
    PlaybookPublished,
    TaRequestAnswered,
    TaRequestWithdrawn,
    TeamLeft,
)
from shared.playbooks.places import Place, Places
from shared.storage.database import Database
from shared.storage.work import Store
from shared.use_cases import TakenBack
from tests.support.intake import NOW, asked, facts, formed, opened
from tests.support.stores import unsent

SUBJECT = "inbound.requests.ncase"
PLAYBOOK = "playbook: peer-learning-community\nversion: 1\ntitle: Peer Learning Community\n"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    database = Database.at("", tmp_path, "intake")
    await database.create(TABLES)
    yield Store(database, VirtualClock(NOW))
    await database.close()


def message(**told: Any) -> bytes:
    words = asked().model_dump(mode="json", exclude={"engagement_id", "request_id"}, exclude_none=True)
    return json.dumps(words | told).encode()


async def log(store: Store, **told: Any) -> Said:
    return await handlers.hear_tracker(store, SUBJECT, message(**told))


async def open_engagement(store: Store, **told: Any) -> Said:
    command = OpenEngagement.model_validate(opened().model_dump(exclude_none=True) | told)
    return await handlers.obey(store, command, engagements.open_)


async def publish(store: Store, document: str = PLAYBOOK) -> Said:
    return await handlers.obey(store, PublishPlaybook(document=document), publishing.publish)


async def take_in(store: Store, *events: Event) -> None:
    await handlers.take_in(store, facts(*events))


async def request(store: Store, id: str = "ncase-17") -> Request:
    async with store.look() as unit:
        return await repository.REQUESTS.find(unit, id)


async def engagement(store: Store) -> Engagement:
    async with store.look() as unit:
        return await repository.ENGAGEMENTS.find(unit, "plc-2026")


async def team(store: Store) -> Team:
    async with store.look() as unit:
        return await repository.TEAMS.find(unit, "team-ky")


async def letters(store: Store) -> list[str]:
    """What waits to be said on the bus, by the short names of the language."""
    return [letter.subject.split(".")[2] for letter in await unsent(store)]


async def test_a_tracker_logs_a_request_and_is_told_its_id(store: Store) -> None:
    said = await log(store)
    assert (said.id, said.new) == ("ncase-17", True)
    assert (await request(store)).need == asked().need
    assert await letters(store) == ["ta_request_logged"]


async def test_a_request_sent_again_changes_nothing(store: Store) -> None:
    await log(store)
    again = await log(store)
    assert (again.id, again.new) == ("ncase-17", False)
    assert await letters(store) == ["ta_request_logged"]


async def test_a_request_sent_with_other_words_is_refused_until_it_says_that_it_is_a_correction(store: Store) -> None:
    await log(store)
    with pytest.raises(SaidOtherwise, match="revision 1") as refused:
        await log(store, need="Transport")
    assert "need" in str(refused.value)
    corrected = await log(store, need="Transport", revision=1)
    assert corrected.new
    assert (await request(store)).need == "Transport"
    old = await log(store)
    assert not old.new
    assert (await request(store)).need == "Transport"


async def test_two_trackers_whose_names_run_together_do_not_share_a_request(store: Store) -> None:
    first = await handlers.hear_tracker(store, "inbound.requests.a", message(source="a", external_id="b-c"))
    second = await handlers.hear_tracker(store, "inbound.requests.a-b", message(source="a-b", external_id="c"))
    again = await handlers.hear_tracker(store, "inbound.requests.a-b", message(source="a-b", external_id="c"))
    assert first.id == "a-b-c"
    assert second.id != first.id
    assert (again.id, again.new) == (second.id, False)


async def test_a_request_that_came_from_a_log_is_not_logged_again_by_its_tracker(store: Store) -> None:
    await take_in(store, asked(request_id="r-0041"))
    said = await log(store)
    assert (said.id, said.new) == ("r-0041", False)
    withdrawn = await log(store, withdrawn=True, reason="Solved")
    assert withdrawn.id == "r-0041"
    assert (await request(store, "r-0041")).state == "withdrawn"


async def test_a_day_that_is_not_told_begins_where_the_agency_is(store: Store, tmp_path: Path) -> None:
    yurok = Place("tribe-yurok", "Yurok Tribe", 9, "America/Los_Angeles")
    early = NOW.replace(hour=4)
    there = Store(store.database, VirtualClock(early), Places({"tribe-yurok": yurok}), zone="Pacific/Guam")
    for number, (jurisdiction, day) in enumerate(
        {"tribe-yurok": 13, "KY": 14, "GU": 14, "tribe-unknown": 14, "AS": 13}.items()
    ):
        said = await log(there, external_id=str(number), jurisdiction=jurisdiction, logged_on=None)
        assert (await request(there, said.id)).logged_on == date(2026, 9, day), jurisdiction


async def test_a_malformed_request_is_refused_and_nothing_is_kept(store: Store) -> None:
    with pytest.raises(Malformed):
        await log(store, jurisdiction="Kentucky")
    with pytest.raises(Unknown):
        await request(store)
    assert await letters(store) == []


async def test_a_tracker_cannot_withdraw_what_it_never_logged(store: Store) -> None:
    with pytest.raises(Unknown, match="17 of ncase"):
        await log(store, withdrawn=True, reason="Solved")


async def test_opening_an_engagement_answers_its_requests_in_one_transaction(store: Store) -> None:
    await publish(store)
    await log(store)
    await log(store, external_id="18", jurisdiction="TN")
    said = await open_engagement(store, answers=["ncase-17", "ncase-18"])
    assert said.id == "plc-2026"
    assert [fact["type"].split(".")[2] for fact in said.facts] == [
        "engagement_opened", "ta_request_answered", "ta_request_answered"
    ]  # fmt: skip
    for id in ("ncase-17", "ncase-18"):
        answered = await request(store, id)
        assert (answered.state, answered.how, answered.answered_by) == ("answered", "engagement", "plc-2026")


async def test_an_engagement_that_cannot_answer_one_request_answers_none_and_is_not_opened(store: Store) -> None:
    await publish(store)
    await log(store)
    await log(store, external_id="18")
    await log(store, external_id="18", withdrawn=True, reason="Solved")
    with pytest.raises(Refused):
        await open_engagement(store, answers=["ncase-17", "ncase-18"])
    assert (await request(store)).state == "logged"
    with pytest.raises(Unknown):
        await engagement(store)


async def test_opening_the_same_engagement_again_changes_nothing(store: Store) -> None:
    await publish(store)
    await log(store)
    await open_engagement(store, answers=["ncase-17"])
    before = await letters(store)
    again = await open_engagement(store, answers=["ncase-17"])
    assert not again.new
    assert await letters(store) == before


async def test_another_engagement_under_the_same_id_is_a_conflict(store: Store) -> None:
    await publish(store)
    await open_engagement(store)
    with pytest.raises(SaidOtherwise, match="title"):
        await open_engagement(store, title="Family child care networks")


async def test_two_changes_on_one_day_are_kept_as_one(store: Store) -> None:
    await publish(store)
    await open_engagement(store)
    for told in ({"title": "Rural afternoons"}, {"planned_sessions": 6}):
        command = ChangeEngagement.model_validate({"engagement_id": "plc-2026"} | told)
        said = await handlers.obey(store, command, engagements.change)
    assert said.facts[0]["data"]["revision"] == 1
    known = await engagement(store)
    assert (known.title, known.planned_sessions) == ("Rural afternoons", 6)


async def test_a_playbook_with_an_error_never_replaces_a_good_one(store: Store) -> None:
    await publish(store)
    with pytest.raises(Malformed):
        await publish(store, PLAYBOOK.replace("version: 1", "version: 2") + "rules: nonsense\n")
    bad = PlaybookPublished(playbook="peer-learning-community", version=2, document="rules: [", digest="x")
    with pytest.raises(Malformed):
        await take_in(store, bad)
    async with store.look() as unit:
        newest = await repository.playbook(unit, "peer-learning-community", None)
    assert (newest.version, newest.document) == (1, PLAYBOOK)


async def test_the_newest_version_of_a_playbook_is_shown_and_every_other_can_be(store: Store) -> None:
    await publish(store)
    await publish(store, PLAYBOOK.replace("version: 1", "version: 2"))
    again = await publish(store)
    assert not again.new
    async with store.look() as unit:
        assert (await repository.playbook(unit, "peer-learning-community", None)).version == 2
        assert (await repository.playbook(unit, "peer-learning-community", 1)).document == PLAYBOOK
        with pytest.raises(Unknown, match="version 3"):
            await repository.playbook(unit, "peer-learning-community", 3)


async def test_retracting_a_withdrawal_restores_the_request(store: Store) -> None:
    await log(store)
    withdrawn = await log(store, withdrawn=True, reason="Solved")
    assert (await request(store)).state == "withdrawn"
    await handlers.retract(store, withdrawn.facts[0]["id"], "Typed in the wrong row")
    assert (await request(store)).state == "logged"


async def test_retracting_a_request_removes_it(store: Store) -> None:
    said = await log(store)
    await handlers.retract(store, said.facts[0]["id"], "A test of the tracker")
    with pytest.raises(Unknown):
        await request(store)


async def test_an_answer_that_an_engagement_gave_can_be_taken_back(store: Store) -> None:
    await publish(store)
    await log(store)
    opened_ = await open_engagement(store, answers=["ncase-17"])
    assert (await request(store)).state == "answered"
    [answer] = [fact for fact in opened_.facts if fact["type"] == "eng.intake.ta_request_answered.v1"]
    await handlers.retract(store, answer["id"], "Another request was meant")
    assert (await request(store)).state == "logged"


async def test_retracting_a_correction_restores_what_was_said_first(store: Store) -> None:
    await log(store)
    corrected = await log(store, need="Transport", revision=1)
    await handlers.retract(store, corrected.facts[0]["id"], "The first was right")
    assert (await request(store)).need == asked().need


async def test_what_was_retracted_is_said_again_only_with_a_higher_revision(store: Store) -> None:
    said = await log(store)
    await handlers.retract(store, said.facts[0]["id"], "A test of the tracker")
    with pytest.raises(TakenBack, match="revision 1"):
        await log(store)
    assert (await log(store, revision=1)).new
    assert (await request(store)).state == "logged"


async def test_a_retraction_may_come_before_what_it_retracts(store: Store) -> None:
    withdrawn = TaRequestWithdrawn(request_id="ncase-17", reason="Solved")
    await take_in(store, asked())
    await take_in(store, IntakeFactRetracted(fact_id=withdrawn.derived_id, reason="A mistake"))
    await take_in(store, withdrawn)
    assert (await request(store)).state == "logged"


async def test_what_is_told_of_a_request_before_it_is_known_takes_effect_when_it_is(store: Store) -> None:
    answered = TaRequestAnswered(request_id="ncase-17", how="resource", answered_on=date(2026, 9, 1))
    await take_in(store, answered)
    with pytest.raises(Unknown):
        await request(store)
    await take_in(store, asked())
    known = await request(store)
    assert (known.state, known.how) == ("answered", "resource")


async def test_what_is_told_of_a_team_before_its_engagement_takes_effect_when_both_are_known(store: Store) -> None:
    names = {"engagement_id": "plc-2026", "team_id": "team-ky"}
    await take_in(store, TeamLeft.model_validate(names | {"left_on": "2027-01-12", "reason": "No time"}))
    await take_in(store, LeadershipSignedOff.model_validate(names | {"role": "lead_agency", "signed_on": "2026-09-10"}))
    await take_in(store, formed())
    closed = {"engagement_id": "plc-2026", "closed_on": "2027-02-01", "reason": "completed"}
    await take_in(store, EngagementClosed.model_validate(closed))
    with pytest.raises(Unknown):
        await engagement(store)
    await take_in(store, opened())
    assert (await team(store)).state == "left"
    assert (await team(store)).signed_off == {"lead_agency": date(2026, 9, 10)}
    assert (await engagement(store)).state == "closed"


async def test_facts_of_our_own_that_were_said_elsewhere_are_said_here_once(store: Store) -> None:
    log_ = (asked(), opened(), formed())
    await take_in(store, *log_)
    await take_in(store, *log_)
    assert sorted(await letters(store)) == ["engagement_opened", "ta_request_logged", "team_formed"]


async def test_a_fact_that_contradicts_another_costs_its_whole_batch(store: Store) -> None:
    await take_in(store, asked())
    with pytest.raises(SaidOtherwise):
        await take_in(store, opened(), asked(need="Transport"))
    with pytest.raises(Unknown):
        await engagement(store)


async def test_a_command_repeated_the_next_day_without_its_day_changes_nothing(store: Store) -> None:
    await publish(store)
    await open_engagement(store)
    command = FormTeam.model_validate(formed().model_dump(exclude={"formed_on"}, exclude_none=True))
    await handlers.obey(store, command, teams.form)
    clock = store.clock
    assert isinstance(clock, VirtualClock)
    clock.move_to(NOW + timedelta(days=1))
    again = await handlers.obey(store, command, teams.form)
    assert not again.new
    assert (await team(store)).formed_on == date(2026, 9, 14)


async def test_a_request_logged_by_a_program_is_the_one_its_tracker_sends_later(store: Store) -> None:
    told = asked().model_dump(exclude={"engagement_id", "request_id"}, exclude_none=True)
    await handlers.obey(store, LogRequest.model_validate(told), requests.log)
    assert not (await log(store)).new
