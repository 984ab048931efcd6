"""Who may come in is kept as ids and hashes, and what is revoked, used up or expired opens no door any more."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from shared.access import accounts, signing_in, tokens
from shared.access.accounts import Account
from shared.access.register import NAME, Register
from shared.access.secrets import hashed
from shared.access.tables import TABLES
from shared.access.tokens import Wanted
from shared.clock import VirtualClock
from shared.errors import Unknown
from shared.storage.database import Database
from shared.storage.tables import table
from tests.support.stores import NOW

TRACKER = Wanted.model_validate({"label": "NCASE tracker", "roles": ["tracker"], "source": "ncase", "days": 30})


def may(person_id: str, *roles: str) -> Account:
    """Somebody who may sign in."""
    return Account.model_validate({"person_id": person_id, "roles": roles, "jurisdictions": ["KY", "*"]})


@pytest.fixture
async def register(url: str) -> AsyncIterator[Register]:
    register = Register(Database(url, NAME), VirtualClock(NOW), "http://throughline")
    await register.prepare()
    yield register
    await register.close()


def later(register: Register, **time: float) -> None:
    """Let time pass."""
    assert isinstance(register.clock, VirtualClock)
    register.clock.move_to(register.clock.now() + timedelta(**time))


async def everything(register: Register) -> list[dict[str, Any]]:
    """Every row there is."""
    async with register.database.reading() as connection:
        return [dict(row) for one in TABLES for row in (await connection.execute(select(table(one)))).mappings()]


async def test_a_token_opens_the_door_for_whom_it_was_made_and_no_row_tells_it(register: Register) -> None:
    token, secret = await tokens.make(register, TRACKER)
    assert secret.startswith(f"{token.token_id}_") and len(secret) > 50
    shown = await tokens.shown(register, secret)
    assert shown is not None and (shown.caller.source, [*shown.caller.roles]) == ("ncase", ["tracker"])
    assert secret.rpartition("_")[2] not in str(await everything(register))


async def test_accounts_are_asked_for_by_the_people_who_have_them(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "FEW", 2)
    for person_id in ("p-1", "p-2", "p-3", "p-4"):
        await accounts.grant(register, may(person_id, "facilitator"))
    found = await accounts.of(register, ["p-4", "p-9", "p-1", "p-2"])
    assert sorted(one.person_id for one in found) == ["p-1", "p-2", "p-4"]
    assert await accounts.of(register, []) == []


async def test_a_token_that_expired_or_was_revoked_opens_nothing(register: Register) -> None:
    token, secret = await tokens.make(register, TRACKER)
    _other, expiring = await tokens.make(register, TRACKER)
    await tokens.revoke(register, token.token_id)
    assert await tokens.shown(register, secret) is None
    assert await tokens.shown(register, expiring) is not None
    later(register, days=30)
    assert await tokens.shown(register, expiring) is None
    assert await tokens.shown(register, f"{token.token_id}_guessed") is None


async def test_the_last_use_of_a_token_is_noted_to_the_minute(register: Register) -> None:
    _, secret = await tokens.make(register, TRACKER)
    for seconds in (0, 10, 70):
        later(register, seconds=seconds)
        await tokens.shown(register, secret)
    [token] = await tokens.tokens(register)
    assert token.used_at == NOW + timedelta(seconds=80)


async def test_a_link_signs_in_once_whoever_uses_it_at_the_same_time(register: Register) -> None:
    await accounts.grant(register, may("p-1", "facilitator"))
    key = await signing_in.mint(register, "p-1", timedelta(minutes=15))
    used = await asyncio.gather(*(signing_in.use(register, key) for _ in range(4)))
    [secret] = [one for one in used if one]
    account = await signing_in.signed_in(register, secret)
    assert account is not None and account.caller.person_id == "p-1"
    assert key not in str(await everything(register)) and secret not in str(await everything(register))


async def test_a_link_that_comes_too_late_signs_nobody_in(register: Register) -> None:
    await accounts.grant(register, may("p-1", "facilitator"))
    key = await signing_in.mint(register, "p-1", timedelta(minutes=15))
    later(register, minutes=15)
    assert await signing_in.use(register, key) is None


async def test_whoever_has_no_account_gets_no_link(register: Register) -> None:
    with pytest.raises(Unknown, match="p-9"):
        await signing_in.mint(register, "p-9", timedelta(minutes=15))


async def test_signing_out_ends_it_and_so_does_time(register: Register) -> None:
    await accounts.grant(register, may("p-1", "supervisor"))
    first, second = [await signing_in.begin(register, "p-1") for _ in range(2)]
    assert first and second
    await signing_in.end(register, first)
    assert await signing_in.signed_in(register, first) is None
    assert await signing_in.signed_in(register, second) is not None
    later(register, days=14)
    assert await signing_in.signed_in(register, second) is None


async def test_who_may_not_come_in_any_more_is_signed_out_and_their_links_are_void(register: Register) -> None:
    await accounts.grant(register, may("p-1", "facilitator"))
    secret, key = await signing_in.begin(register, "p-1"), await signing_in.mint(register, "p-1", timedelta(minutes=9))
    await accounts.revoke(register, "p-1")
    assert secret and await signing_in.signed_in(register, secret) is None
    assert await signing_in.use(register, key) is None
    assert [one["person_id"] for one in await everything(register)] == ["p-1"], "and when that was is kept"
    with pytest.raises(Unknown):
        await accounts.revoke(register, "p-1")


async def test_what_is_granted_anew_takes_the_place_of_what_was(register: Register) -> None:
    await accounts.grant(register, may("p-1", "facilitator"))
    secret = await signing_in.begin(register, "p-1")
    await accounts.grant(register, may("p-1", "supervisor", "evaluator"))
    [account] = await accounts.accounts(register)
    assert account.roles == {"supervisor", "evaluator"}
    signed_in = await signing_in.signed_in(register, secret or "")
    assert signed_in is not None and signed_in.caller.sees_all


@pytest.mark.parametrize(
    "told",
    [{"roles": []}, {"roles": ["tracker"]}, {"roles": ["king"]}, {"roles": ["evaluator"], "jurisdictions": ["Ky"]}],
)
def test_an_account_has_roles_of_people_and_jurisdictions_that_there_are(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Account.model_validate({"person_id": "p-1", **told})


def test_only_a_tracker_has_a_source_and_every_tracker_has_one() -> None:
    for told in ({"roles": ["tracker"]}, {"roles": ["facilitator"], "source": "ncase"}):
        with pytest.raises(ValidationError, match="source"):
            Wanted.model_validate({"label": "x", **told})


def test_a_hash_tells_nothing_of_what_was_hashed() -> None:
    assert hashed("a") != hashed("b") and "secret" not in hashed("secret")
