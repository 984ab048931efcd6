"""One service asks another by the bus: it is answered, turned down, or told that nobody is there; nothing is kept."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.bus import acquaintances
from shared.bus.acquaintances import Acquaintances, tell_changed
from shared.bus.asking import LARGEST, TurnedDown, Unanswered, Words, answer_questions, ask
from shared.bus.broker import Broker
from shared.errors import Malformed, Unknown
from shared.people import Person, called
from tests.support.bus import a_bus, a_connection, a_service, all_in, eventually

MARIA = Person(person_id="p-1", name="Maria Quillfeather", address="maria@example.gov")


class Directory:
    """Knows Maria, and counts how often it is asked."""

    def __init__(self, *people: Person) -> None:
        self.people = {person.person_id: person for person in people or (MARIA,)}
        self.asked = 0

    def __call__(self, broker: Broker) -> None:
        answer_questions(broker, "intake", "people", self.answer)

    async def answer(self, question: Words) -> Words:
        self.asked += 1
        found = [self.people[one] for one in question["ids"] if one in self.people]
        return {"people": [person.model_dump() for person in found]}


def answering(answer: Callable[[Words], Any]) -> Callable[[Broker], None]:
    async def hear(question: Words) -> Words:
        return answer(question)

    return lambda broker: answer_questions(broker, "followup", "mail", hear)


async def asked_of(broker: Broker | None, service: str, what: str, question: Words) -> Words | None:
    try:
        return await ask(broker.client if broker else None, service, what, question)
    except Unanswered:
        return None


def acquainted(broker: Broker | None) -> Acquaintances:
    return Acquaintances(lambda *question: asked_of(broker, *question))


async def test_who_asks_is_answered_and_no_stream_keeps_a_word_of_it(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as asking:
        async with a_service(server, answering(lambda question: {"sent_to": question["person_id"]})):
            assert await ask(asking, "followup", "mail", {"person_id": "p-1"}) == {"sent_to": "p-1"}
        assert [await all_in(asking, stream) for stream in ("ENGAGEMENT", "INBOUND", "ASIDE")] == [[], [], []]


async def test_what_is_turned_down_is_told_with_its_kind_its_field_and_its_reason(tmp_path: Path) -> None:
    def refuse(_question: Words) -> Words:
        raise Unknown("person", "p-9", field="person_id")

    async with a_bus(tmp_path) as server, a_connection(server) as asking, a_service(server, answering(refuse)):
        with pytest.raises(TurnedDown) as refused:
            await ask(asking, "followup", "mail", {})
    assert (refused.value.status, refused.value.title) == (404, "Not known here")
    assert [problem.field for problem in refused.value.problems] == ["person_id"]


async def test_where_nobody_answers_whoever_asks_is_told_so_at_once(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_connection(server) as asking:
        with pytest.raises(Unanswered, match="followup did not answer"):
            await ask(asking, "followup", "mail", {}, within=60)
    with pytest.raises(Unanswered, match="bus is away"):
        await ask(None, "followup", "mail", {})


async def test_what_breaks_over_a_question_tells_nobody_what_was_asked(tmp_path: Path) -> None:
    def break_down(_question: Words) -> Words:
        raise ValueError("Maria Quillfeather")

    with capture_logs() as logged:
        async with a_bus(tmp_path) as server, a_connection(server) as asking, a_service(server, answering(break_down)):
            with pytest.raises(Unanswered) as refused:
                await ask(asking, "followup", "mail", {"name": "Maria Quillfeather"})
    assert "Quillfeather" not in f"{refused.value} {logged}"
    assert [line["error"] for line in logged if line["event"] == "question_failed"] == ["ValueError"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff", b" " * (LARGEST + 1)])
async def test_a_question_that_cannot_be_read_is_refused_and_the_next_one_answered(tmp_path: Path, body: bytes) -> None:
    fine = answering(lambda _: {"fine": True})
    async with a_bus(tmp_path) as server, a_connection(server) as asking, a_service(server, fine):
        answer = await asking.request("ask.followup.mail", body, timeout=5)
        assert b'"status": 422' in answer.data
        assert await ask(asking, "followup", "mail", {}) == {"fine": True}


async def test_an_answer_that_is_too_long_is_not_given(tmp_path: Path) -> None:
    long = answering(lambda _: {"all": "x" * LARGEST})
    async with a_bus(tmp_path) as server, a_connection(server) as asking, a_service(server, long):
        with pytest.raises(Unanswered):
            await ask(asking, "followup", "mail", {})


async def test_a_name_is_asked_for_once_and_remembered_for_a_while(tmp_path: Path) -> None:
    directory = Directory()
    async with a_bus(tmp_path) as server, a_service(server, directory, name="intake"), a_service(server) as broker:
        people = acquainted(broker)
        for _look in range(3):
            found = await people.named(["p-1", "p-2"])
            assert (called(found, "p-1"), called(found, "p-2")) == ("Maria Quillfeather", "p-2")
    assert directory.asked == 1


async def test_as_many_people_as_there_are_can_be_asked_for(tmp_path: Path) -> None:
    many = [Person(person_id=f"p-{number}", name=f"Person {number}") for number in range(acquaintances.MOST * 2 + 1)]
    directory = Directory(*many)
    async with a_bus(tmp_path) as server, a_service(server, directory, name="intake"), a_service(server) as broker:
        found = await acquainted(broker).named(person.person_id for person in many)
    assert (len(found), directory.asked) == (len(many), 3)


async def test_whoever_tells_an_address_that_is_none_costs_nobody_their_name(tmp_path: Path) -> None:
    directory = Directory()

    async def strict(question: Words) -> Words:
        if "address" in question:
            raise Malformed("must be one mail address", "address")
        return await directory.answer(question)

    def answers(intake: Broker) -> None:
        answer_questions(intake, "intake", "people", strict)

    async with a_bus(tmp_path) as server, a_service(server, answers, name="intake"), a_service(server) as broker:
        people = acquainted(broker)
        assert await people.whose("no address") is None
        assert called(await people.named(["p-1"]), "p-1") == "Maria Quillfeather"


async def test_when_somebody_changed_every_service_forgets_whom_it_remembers(tmp_path: Path) -> None:
    directory = Directory()
    people = Acquaintances(lambda *question: asked_of(asking, *question))
    both = (people.listen, directory)
    async with a_bus(tmp_path) as server, a_service(server, *both) as asking:
        assert called(await people.named(["p-1"]), "p-1") == "Maria Quillfeather"
        del directory.people["p-1"]
        await tell_changed(asking)
        await eventually(lambda: not people._known)
        assert await people.named(["p-1"]) == {}


async def test_a_name_that_was_on_its_way_when_it_was_erased_is_asked_for_again(tmp_path: Path) -> None:
    directory = Directory()

    async def erased_meanwhile(question: Words) -> Words:
        told = await directory.answer(question)
        directory.people.clear()
        await people.changed()
        return told

    async with a_bus(tmp_path) as server, a_service(server) as broker:
        people = acquainted(broker)
        async with a_service(
            server, lambda intake: answer_questions(intake, "intake", "people", erased_meanwhile), name="intake"
        ):
            assert await people.named(["p-1"]) == {}


async def test_where_intake_is_away_everybody_is_shown_by_the_id(tmp_path: Path) -> None:
    async with a_bus(tmp_path) as server, a_service(server) as broker:
        people = acquainted(broker)
        assert [await people.named(["p-1"]), await people.whose("maria@example.gov")] == [{}, None]
    assert await acquainted(None).named(["p-1"]) == {}


async def test_what_is_no_directory_names_nobody(tmp_path: Path) -> None:
    async def nonsense(_question: Words) -> Words:
        await asyncio.sleep(0)
        return {"people": [{"name": 7}]}

    def intake(broker: Broker) -> None:
        answer_questions(broker, "intake", "people", nonsense)

    async with a_bus(tmp_path) as server, a_service(server, intake) as broker:
        assert await acquainted(broker).named(["p-1"]) == {}
