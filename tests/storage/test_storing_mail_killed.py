"""A sender that is really killed, at each moment of a letter: nothing is lost, what may have come twice is seen."""

import signal
from datetime import datetime

import pytest

from services.followup.handlers import mail as handling
from services.followup.repository import mail
from shared.storage.work import Store
from tests.support.mail import a_mail_server, a_sender
from tests.support.sending import run_sender
from tests.support.stores import NOW, a_store


async def outcomes(store: Store) -> list[str]:
    async with store.look() as unit:
        found = await mail.attempts(unit, [one.letter_id for one in await mail.latest(unit, 10)])
    return [one.outcome for some in found.values() for one in some]


async def when_it_is_let_go(store: Store) -> datetime:
    """When the hold of whoever died runs out."""
    async with store.look() as unit:
        held_until = await mail.earliest(unit)
    assert held_until is not None
    return held_until


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dies_at", "arrived", "known", "in_the_end", "told"),
    [
        ("mail.after_claim", 0, [], 1, ["sent"]),
        ("mail.after_begin", 0, ["begun"], 1, ["unknown", "sent"]),
        ("mail.after_send", 1, ["begun"], 2, ["unknown", "sent"]),
    ],
)
async def test_only_a_letter_whose_answer_was_lost_comes_twice_and_then_under_one_message_id(
    url: str, store: Store, dies_at: str, arrived: int, known: list[str], in_the_end: int, told: list[str]
) -> None:
    await handling.ask_for_link(store, "p-f")
    async with a_mail_server() as server:
        assert await run_sender(url, server, NOW, dies_at) == -signal.SIGKILL
        assert (len(server.arrived), await outcomes(store)) == (arrived, known)
        await a_sender(store, server).send_all()
        assert len(server.arrived) == arrived, "as long as it is held, nobody else sends it"
        async with a_store(url, now=await when_it_is_let_go(store)) as later:
            await a_sender(later, server).send_all()
        assert (len(server.arrived), await outcomes(store)) == (in_the_end, told)
        assert len({one["Message-ID"] for one in server.arrived}) == 1
