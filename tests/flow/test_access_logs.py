"""What is logged names nobody: no name, no address, no secret, nothing that people wrote, whatever happens."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

import pytest
import structlog

from shared import logs
from shared.access import accounts, signing_in
from shared.access.accounts import Account
from shared.access.opening import ANYBODY, open_to
from tests.support.access import HERE, a_house, forget_callers

NAME, ADDRESS, NEED = "Canary Ruiz", "canary.ruiz@example.org", "our canary director left"
REQUEST = {"source": "ncase", "external_id": "1", "jurisdiction": "KY", "topic": "data", "need": NEED}


@contextmanager
def all_that_is_logged() -> Iterator[io.StringIO]:
    """What is logged meanwhile, the least of it too."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    try:
        with redirect_stderr(io.StringIO()) as paper:
            logs.set_up("DEBUG", as_json=True)
            yield paper
    finally:
        root.handlers, root.level = handlers, level
        structlog.configure(**before)


async def test_logs_are_free_of_peoples_data(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_callers(monkeypatch)
    with all_that_is_logged() as logged:
        key, secret = await _much_happens()
    told = logged.getvalue()
    assert "request_failed" in told, "nothing was logged at all"
    assert all(word in told for word in ("KeyError", "builtins.ValueError", "in breaks")), "and where it broke"
    for private in (NAME, "Canary", "canary", ADDRESS, NEED, key, secret):
        assert private not in told, private


async def _much_happens() -> tuple[str, str]:
    """People are told of, ask, err and sign in, and something breaks; gives back the secrets that were used."""
    async with a_house() as house:
        http = house.world.http
        await http.put("/people/p-ruiz", json={"name": NAME, "address": ADDRESS})
        await http.post(
            "/people/import", json={"csv": f"name,address\n{NAME},{ADDRESS}\n{NAME},no address of {NAME}\n"}
        )
        await http.post("/requests", json=REQUEST)
        await http.post("/requests", json={**REQUEST, "logged_on": f"the day of {NAME}"})
        await http.post("/requests", content=f'{{"need": "{NEED}"', headers={"Content-Type": "application/json"})
        await http.get("/requests", params={"source": NAME, "of": ADDRESS})
        await http.get(f"/people/{ADDRESS}")
        await accounts.grant(house.register, Account.model_validate({"person_id": "p-ruiz", "roles": ["supervisor"]}))
        key = await signing_in.mint(house.register, "p-ruiz", signing_in.LINK_LASTS)
        comes = house.comes(Origin=HERE)
        await comes.post("/sign-in", data={"address": ADDRESS})
        await comes.post("/sign-in", data={"address": f"x{ADDRESS}"})
        await comes.get("/sign-in/link", params={"key": key})
        signed = await comes.post("/sign-in/link", data={"key": key})
        secret = signed.cookies["throughline"]
        await house.comes(Authorization=f"Bearer {ADDRESS}").get("/tasks")

        @open_to(ANYBODY)
        async def breaks() -> Any:
            try:
                dict[str, str]()[NAME]
            except KeyError as error:
                raise ValueError(f"{NAME} <{ADDRESS}> cannot be kept: {NEED}") from error

        house.app.add_api_route("/breaks/{secret}", breaks)
        await http.get(f"/breaks/{key}")
        await http.post("/people/p-ruiz/erase", params={"anyway": True})
    return key, secret
