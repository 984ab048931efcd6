"""The directory of people at one database of two replicas: the first is first, and who is erased stays erased."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from services.intake.decisions.people import AddressTaken, WasErased
from services.intake.domain.people import TellPerson
from services.intake.handlers.people import Directory
from services.intake.tables import TABLES
from shared.errors import Refused
from shared.storage.work import Store
from tests.support.stores import a_store

MARIA = TellPerson(name="Maria Quillfeather", address="maria.quillfeather@example.gov")
ROUNDS = 5


async def nobody_answers(_service: str, _what: str, _question: Mapping[str, object]) -> None:
    return None


async def nothing(*_told: object) -> None:
    return None


async def shut_out(*_told: object) -> bool:
    return True


async def nobody() -> tuple[str, ...]:
    return ()


def directory(store: Store, data: Path) -> Directory:
    return Directory(store, nobody_answers, nothing, shut_out, nothing, nobody, data)


@pytest.fixture
async def both(url: str, tmp_path: Path) -> AsyncIterator[tuple[Directory, Directory]]:
    async with a_store(url, "intake", TABLES) as one, a_store(url, "intake", TABLES) as other:
        yield directory(one, tmp_path), directory(other, tmp_path)


async def test_two_who_are_told_of_at_one_moment_do_not_share_an_address(both: tuple[Directory, Directory]) -> None:
    one, other = both
    for n in range(ROUNDS):
        told = MARIA.model_copy(update={"address": f"maria.{n}@example.gov"})
        ended = await asyncio.gather(one.tell(f"p-{n}-1", told), other.tell(f"p-{n}-2", told), return_exceptions=True)
        assert sum(isinstance(one, AddressTaken) for one in ended) == 1, ended


async def test_who_is_erased_while_they_are_told_of_does_not_come_back(both: tuple[Directory, Directory]) -> None:
    one, other = both
    for n in range(ROUNDS):
        told = MARIA.model_copy(update={"address": f"maria.{n}@example.gov"})
        await one.tell(f"p-{n}", told)
        anew = told.model_copy(update={"name": "Maria Bell"})
        ended = await asyncio.gather(
            other.erase(f"p-{n}", anyway=True),
            *(one.tell(f"p-{n}", anew.model_copy(update={"zone": zone})) for zone in ("UTC", "America/Chicago") * 5),
            return_exceptions=True,
        )
        assert all(isinstance(one, WasErased) for one in ended if isinstance(one, Refused)), ended
        assert await one.named([f"p-{n}"]) == {}
