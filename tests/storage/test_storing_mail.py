"""Letters are meant once, sent once, and on record, on SQLite and PostgreSQL, whoever sends and whatever breaks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.followup import decisions, domain, handlers, repository
from services.followup.domain.mail import Attempt, Intended, Letter
from services.followup.handlers import mail as handling
from services.followup.repository import FOLLOWING, mail
from shared import use_cases
from shared.storage.work import Store
from tests.support.mail import FACILITATOR, LEAD, SUPERVISOR, MailServer, a_mail_server, a_sender, html_of, text_of
from tests.support.saying import said
from tests.support.services import published
from tests.support.stores import NOW, a_store

RULES = """
playbook: example
version: 1
title: Example
rules:
- name: ask
  each: team
  task: "Ask {jurisdiction} for its plan"
  to: facilitator
  due: {after: formed}
  grace: 1 day
  escalate: {wait: 2 business days, to: supervisor}
- {name: tell, each: team, task: "Tell how it goes", to: team_lead, due: {after: formed}}
"""
PEOPLE = {"facilitator": "p-f", "evaluator": "p-e", "supervisor": "p-s"}
TASK = "e1/ask/ky/1"
MORNING = NOW.replace(hour=12, minute=30) + timedelta(days=1)
"""Half past seven on Tuesday in the east."""
AFTERNOON = NOW + timedelta(hours=3)
"""One o'clock on Monday in the east: too late for a digest."""


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with a_mail_server() as made:
        yield made


async def prepare(store: Store) -> None:
    """Kentucky's team was formed; its plan is to be asked for, and its lead is to tell how it goes."""
    async with store.work() as unit:
        opened = said("engagement_opened", people=PEOPLE)
        await repository.record(unit, [published(RULES), opened, said("team_formed")], False)
    await use_cases.plan_all_that_waits(store, FOLLOWING)


async def at(store: Store, when: datetime) -> Store:
    """The store at this time, with all that fell due until then."""
    store.clock.move_to(when)  # type: ignore[attr-defined]
    await use_cases.pass_time(store, FOLLOWING)
    return store


async def letters(store: Store) -> list[Letter]:
    async with store.look() as unit:
        return (await mail.latest(unit, 100))[::-1]


async def told(store: Store) -> list[tuple[str, str, str]]:
    return sorted((one.kind, one.person_id, one.state) for one in await letters(store))


async def attempts(store: Store) -> list[Attempt]:
    async with store.look() as unit:
        found = await mail.attempts(unit, [one.letter_id for one in await mail.latest(unit, 100)])
        return [one for some in found.values() for one in some]


async def hand_over(store: Store, to: str = "supervisor", by: str = "p-f") -> None:
    command = domain.HandOverTask(task_id=TASK, to=to, person_id=by)
    await handlers.obey(store, command, decisions.hand_over, 0)


async def test_in_the_morning_each_gets_one_letter_with_what_is_theirs_and_no_second_one(
    store: Store, post: MailServer
) -> None:
    await prepare(store)
    sender = a_sender(await at(store, MORNING), post)
    await sender.send_all()
    await a_sender(await at(store, MORNING + timedelta(minutes=20)), post).send_all()
    assert await told(store) == [("digest", "p-1", "sent"), ("digest", "p-f", "sent")]
    [fays] = [one for one in post.arrived if "fay@" in one["To"]]
    assert fays["Subject"] == "1 due today"
    assert "Ask KY for its plan" in text_of(fays) and "Ask KY for its plan" in html_of(fays)
    for twin in (text_of(fays), html_of(fays)):
        assert twin.count("/app/inbox#task-e1/ask/ky/1") == 1, "one link for each task"
    assert fays["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert fays["List-Unsubscribe"].startswith("<https://throughline.example.org/app/mail/choose/")


async def test_a_team_lead_who_is_reminded_was_contacted_once_and_who_runs_the_engagement_was_not(
    store: Store, post: MailServer
) -> None:
    await prepare(store)
    for days in (0, 1):
        await a_sender(await at(store, MORNING + timedelta(days=days)), post).send_all()
    async with store.look() as unit:
        made = (await repository.CONTACTS.page(unit, _all(), kind="reminder")).items
    assert [(one.person_id, one.jurisdiction, one.task_id) for one in made] == [("p-1", "KY", "e1/tell/ky/1")]


async def test_what_no_mail_server_took_is_no_contact_and_the_morning_after_one_is_named_it_is(
    store: Store, post: MailServer
) -> None:
    await prepare(store)
    await a_sender(await at(store, MORNING), post, mail_host="").send_all()
    assert await told(store) == [("digest", "p-1", "not_sent"), ("digest", "p-f", "not_sent")]
    async with store.look() as unit:
        assert (await repository.CONTACTS.page(unit, _all(), kind="reminder")).items == []
    await a_sender(await at(store, MORNING + timedelta(days=1)), post).send_all()
    both = [(who, state) for who in ("p-1", "p-f") for state in ("not_sent", "sent")]
    assert sorted((who, state) for _, who, state in await told(store)) == both
    assert len(post.arrived) == 2, "what would have been yesterday's is not sent today"


async def test_before_the_morning_on_a_day_off_and_where_nothing_is_due_nobody_is_written_to(
    store: Store, post: MailServer
) -> None:
    await a_sender(await at(store, MORNING), post).send_all()
    await prepare(store)
    saturday = MORNING + timedelta(days=4)
    for moment in (MORNING + timedelta(days=1, minutes=-1), saturday):
        sender = a_sender(await at(store, moment), post)
        await sender.send_all()
    assert [one.kind for one in await letters(store) if one.kind == "digest"] == []


async def test_what_was_escalated_is_written_about_at_once(store: Store, post: MailServer) -> None:
    await prepare(store)
    await a_sender(await at(store, NOW + timedelta(days=8)), post).send_all()
    assert ("escalation", "p-s", "sent") in await told(store)
    [sams] = [one for one in post.arrived if "sam@" in one["To"] and "too long" in one["Subject"]]
    assert sams["Subject"] == "Waiting too long: Ask KY for its plan"


async def test_who_is_handed_a_task_over_is_told_at_once_and_not_by_their_own_hand(
    store: Store, post: MailServer
) -> None:
    await prepare(store)
    await at(store, AFTERNOON)
    await hand_over(store)
    await a_sender(store, post).send_all()
    await hand_over(store, to="facilitator", by="p-f")
    assert await told(store) == [("handover", "p-s", "sent")]
    assert post.arrived[0]["Subject"] == "Handed over to you: Ask KY for its plan"


async def test_what_was_handed_on_or_done_meanwhile_is_not_written_about(store: Store, post: MailServer) -> None:
    await prepare(store)
    await at(store, AFTERNOON)
    await hand_over(store)
    await handlers.obey(store, domain.DoTask(task_id=TASK), decisions.do, 0)
    await a_sender(store, post).send_all()
    assert (await told(store), post.arrived) == ([("handover", "p-s", "needless")], [])


async def test_nobody_who_left_is_written_to(store: Store, post: MailServer) -> None:
    await prepare(store)
    gone = FACILITATOR.model_copy(update={"left": True})
    await at(store, MORNING)
    await handling.ask_for_link(store, "p-f")
    await a_sender(store, post, gone, LEAD).send_all()
    assert await told(store) == [("digest", "p-1", "sent"), ("sign_in", "p-f", "needless")]


async def test_a_link_to_sign_in_is_in_its_letter_and_nowhere_else(store: Store, post: MailServer) -> None:
    await handling.ask_for_link(store, "p-f")
    await handling.ask_for_link(store, "p-f")
    await a_sender(store, post).send_all()
    [letter] = post.arrived
    assert "key=secret-of-p-f" in text_of(letter) and letter["List-Unsubscribe"] is None
    assert "secret-of" not in str([one.model_dump() for one in await letters(store)])


async def test_a_letter_that_is_not_taken_now_is_tried_again_after_growing_pauses_under_one_message_id(
    store: Store, post: MailServer
) -> None:
    await handling.ask_for_link(store, "p-f")
    post.answers = ["451 4.3.0 try fay@example.org later", "250 OK"]
    await a_sender(store, post).send_all()
    [waits] = await letters(store)
    assert waits.next_at == NOW + timedelta(minutes=1)
    await a_sender(await at(store, NOW + timedelta(seconds=59)), post).send_all()
    assert post.arrived == []
    await a_sender(await at(store, NOW + timedelta(minutes=1)), post).send_all()
    assert [(one.n, one.outcome, one.code) for one in await attempts(store)] == [(1, "later", 451), (2, "sent", None)]
    assert post.arrived[0]["Message-ID"] == f"<{waits.letter_id}@example.org>"
    assert "fay@" not in str(await attempts(store))


async def test_an_address_that_is_refused_for_good_is_not_tried_again(store: Store, post: MailServer) -> None:
    post.refused = {"fay@example.org": "550 5.1.1 no fay@example.org here"}
    await handling.ask_for_link(store, "p-f")
    await a_sender(store, post).send_all()
    await a_sender(await at(store, NOW + timedelta(minutes=5)), post).send_all()
    [letter] = await letters(store)
    assert (letter.state, letter.tries) == ("refused", 1)
    assert letter.why == "The mail server refused the address for good (550 5.1.1)."


async def test_a_letter_that_would_come_too_late_is_given_up(store: Store, post: MailServer) -> None:
    await handling.ask_for_link(store, "p-f")
    post.answers = ["451 later"] * 9
    for minutes in (0, 1, 6, 20):
        await a_sender(await at(store, NOW + timedelta(minutes=minutes)), post).send_all()
    [letter] = await letters(store)
    assert (letter.state, letter.tries, letter.next_at) == ("given_up", 3, None)


async def test_replicas_that_send_at_the_same_time_send_each_letter_once(
    store: Store, replica: Store, post: MailServer
) -> None:
    people = [FACILITATOR.model_copy(update={"person_id": f"r-{n}", "address": f"r{n}@example.org"}) for n in range(40)]
    for person in people:
        await handling.ask_for_link(store, person.person_id)
    async with asyncio.timeout(60):
        await asyncio.gather(*(a_sender(one, post, *people).send_all() for one in (store, replica)))
    assert sorted(one["To"] for one in post.arrived) == sorted({one["To"] for one in post.arrived})
    assert len(post.arrived) == 40


async def test_whoever_holds_a_letter_for_too_long_does_not_send_it_any_more(
    url: str, store: Store, post: MailServer
) -> None:
    await handling.ask_for_link(store, "p-f")
    async with store.work() as unit:
        [held] = await mail.claim(unit, 10, timedelta(minutes=1))
    await a_sender(store, post).send_all()
    assert post.arrived == []
    async with a_store(url, now=NOW + timedelta(minutes=1)) as later:
        await a_sender(later, post).send_all()
    async with store.work() as unit:
        assert await mail.begin(unit, held, timedelta(minutes=1)) is None
    assert len(post.arrived) == 1
    assert [(one.n, one.outcome) for one in await attempts(store)] == [(1, "sent")]


async def test_a_letter_that_comes_to_be_sent_too_late_is_given_up(store: Store, post: MailServer) -> None:
    await prepare(store)
    async with store.work() as unit:
        await mail.intend(unit, [Intended("digest", "p-f", "digest/p-f/2027-01-04", NOW + timedelta(hours=1))])
    await a_sender(await at(store, MORNING), post).send_all()
    assert ("digest", "p-f", "given_up") in await told(store)
    assert len([one for one in post.arrived if "fay@" in one["To"]]) == 1, "that of the next morning alone"


async def test_a_letter_that_cannot_be_written_keeps_no_other_from_going_out(store: Store, post: MailServer) -> None:
    nowhere = FACILITATOR.model_copy(update={"address": "fay@-" + "x" * 80})
    for person in ("p-f", "p-s"):
        await handling.ask_for_link(store, person)
    await a_sender(store, post, nowhere, SUPERVISOR).send_all()
    assert await told(store) == [("sign_in", "p-f", "refused"), ("sign_in", "p-s", "sent")]


async def test_a_team_lead_is_written_to_once_about_a_task_and_answers_the_facilitator(
    store: Store, post: MailServer
) -> None:
    await prepare(store)
    for days in (0, 1, 2):
        await a_sender(await at(store, MORNING + timedelta(days=days)), post).send_all()
    [leads] = [one for one in post.arrived if "lea@" in one["To"]]
    assert leads["Reply-To"] == "Fay Facilitator <fay@example.org>"
    assert "Answer this mail: Fay Facilitator reads it." in text_of(leads)
    assert "/app/inbox" not in text_of(leads) + html_of(leads), "she has no account"


async def test_who_is_told_of_what_others_left_reads_whose_it_was(store: Store, post: MailServer) -> None:
    await prepare(store)
    await a_sender(await at(store, NOW + timedelta(days=8)), post).send_all()
    [sams] = [one for one in post.arrived if "sam@" in one["To"] and "too long" in one["Subject"]]
    assert "Fay Facilitator was to do it" in text_of(sams) and "Fay Facilitator was to do it" in html_of(sams)


async def test_who_gets_a_task_reads_by_whom_and_why(store: Store, post: MailServer) -> None:
    await prepare(store)
    await at(store, AFTERNOON)
    note = "I am away until the 20th.\r\nBcc: everybody@example.org"
    command = domain.HandOverTask(task_id=TASK, to="supervisor", person_id="p-f", note=note)
    await handlers.obey(store, command, decisions.hand_over, 0)
    await a_sender(store, post).send_all()
    [sams] = post.arrived
    assert "Fay Facilitator handed this over to you." in text_of(sams)
    assert "I am away until the 20th." in text_of(sams) and sams["Bcc"] is None


async def test_whoever_stops_a_kind_of_letter_by_its_link_gets_no_more_of_it(store: Store, post: MailServer) -> None:
    await prepare(store)
    await a_sender(await at(store, MORNING), post).send_all()
    [fays] = [one for one in post.arrived if "fay@" in one["To"]]
    secret = fays["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    for _twice in range(2):
        assert (await handling.stopped(store, secret)).kind == "digest"
    await a_sender(await at(store, MORNING + timedelta(days=1)), post).send_all()
    assert [kind for kind, person, _ in await told(store) if person == "p-f"] == ["digest"]
    await handling.choose(store, "p-f", ["digest", "handover"], None)
    assert (await handling.chosen(store, "p-f")).stopped == ("escalation", "invitation", "reminder")


async def test_whoever_stops_the_morning_letter_gets_what_is_urgent_all_the_same_and_may_have_it_again(
    store: Store, post: MailServer
) -> None:
    async def day(number: int) -> list[str]:
        """What Sam was sent by the morning of this day, in all."""
        await a_sender(await at(store, MORNING + timedelta(days=number)), post).send_all()
        return sorted(one.kind for one in await letters(store) if (one.person_id, one.state) == ("p-s", "sent"))

    await prepare(store)
    await hand_over(store)
    assert await day(0) == ["digest", "handover"]
    [his] = [one for one in post.arrived if "sam@" in one["To"] and "handed over" not in one["Subject"].lower()]
    assert (await handling.stopped(store, his["List-Unsubscribe"].strip("<>").rpartition("/")[2])).kind == "digest"
    await handling.ask_for_link(store, "p-s")
    assert await day(0) == ["digest", "handover", "sign_in"]
    assert await day(1) == ["digest", "handover", "sign_in"]
    assert await day(2) == ["digest", "escalation", "handover", "sign_in"]
    await handling.choose(store, "p-s", ["digest", "escalation", "handover"], None)
    assert await day(3) == ["digest", "digest", "escalation", "handover", "sign_in"]


async def test_a_log_that_is_read_in_writes_to_nobody(store: Store) -> None:
    await prepare(store)
    old = NOW - timedelta(days=30)
    handed: dict[str, Any] = {"task_id": TASK, "to": "supervisor", "on": "2026-12-05", "recorded": old}
    await handlers.take_in(store, [said("follow_up_handed_over", **handed)])
    assert await letters(store) == []


def _all() -> Any:
    from shared.storage.listing import Asked

    return Asked()
