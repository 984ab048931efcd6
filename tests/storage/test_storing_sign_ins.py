"""Two processes at one register: a link is used once, and what one of them takes away the other refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.access import accounts, signing_in, tokens
from shared.access.accounts import Account, LastAdministrator
from shared.access.door import REMEMBERED_FOR
from shared.access.register import Register
from tests.support.access import HERE, House, a_house, forget_callers

P_1 = Account.model_validate({"person_id": "p-1", "roles": ["supervisor"]})
ROUNDS = 5


@pytest.fixture
async def both(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[House, House]]:
    forget_callers(monkeypatch)
    here: dict[str, Any] = {"database": "", "data": tmp_path} if url.startswith("sqlite") else {"database": url}
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(a_house(**here)) for _ in range(2)]
        await accounts.grant(one.register, P_1)
        yield one, other


async def test_two_buttons_that_are_pressed_at_once_sign_in_once(both: tuple[House, House]) -> None:
    for _ in range(ROUNDS):
        key = await signing_in.mint(both[0].register, "p-1", timedelta(minutes=15))
        pressed = (house.comes(Origin=HERE).post("/sign-in/link", data={"key": key}) for house in both * 2)
        answers = await asyncio.gather(*pressed)
        assert sorted(one.status_code for one in answers) == [303, 410, 410, 410]


async def test_of_two_administrators_who_are_revoked_at_once_one_stays(both: tuple[House, House]) -> None:
    for _ in range(ROUNDS):
        for person_id in ("p-2", "p-3"):
            them = Account.model_validate({"person_id": person_id, "roles": ["administrator"]})
            await accounts.grant(both[0].register, them)
        revoked = (accounts.revoke(both[0].register, "p-2"), accounts.revoke(both[1].register, "p-3"))
        met = await asyncio.gather(*revoked, return_exceptions=True)
        assert [type(one) for one in met if one is not None] == [LastAdministrator]


async def test_what_one_process_revokes_every_other_refuses_within_a_second(both: tuple[House, House]) -> None:
    one, other = both
    assert REMEMBERED_FOR < 1
    person, program = await one.person("p-1", "supervisor"), await one.program("supervisor")
    [token] = [token for token in await tokens.tokens(one.register) if token.roles == {"supervisor"}]
    there = [other.comes(**comes.headers) for comes in (person, program)]
    assert [(await comes.get("/access/me")).status_code for comes in there] == [200, 200]
    key = await signing_in.mint(other.register, "p-1", timedelta(minutes=15))
    await accounts.revoke(one.register, "p-1")
    await tokens.revoke(one.register, token.token_id)
    assert [(await comes.get("/access/me")).status_code for comes in there] == [401, 401]
    assert (await other.comes(Origin=HERE).post("/sign-in/link", data={"key": key})).status_code == 410


async def test_whoever_signs_in_while_their_account_is_revoked_is_not_signed_in_when_they_get_another(
    both: tuple[House, House],
) -> None:
    one, other = both[0].register, both[1].register
    for _ in range(ROUNDS):
        begun, *_revoked = await asyncio.gather(signing_in.begin(one, "p-1"), accounts.revoke(other, "p-1"))
        await accounts.grant(one, P_1)
        assert begun is None or await signing_in.signed_in(one, begun) is None


async def rows(register: Register) -> int:
    async with register.database.reading() as connection:
        found = await connection.execute(accounts.SIGN_IN.select())
    return len(found.all())


async def test_a_sign_in_that_has_ended_by_itself_leaves_no_row(both: tuple[House, House]) -> None:
    one, _ = both
    await signing_in.begin(one.register, "p-1")
    one.clock.move_to(one.clock.now() + signing_in.STAYS)
    await signing_in.begin(one.register, "p-1")
    assert await rows(one.register) == 1
