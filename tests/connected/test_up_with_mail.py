"""A running Throughline writes to people: who asks for a link to sign in gets it by mail at once."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from tests.support.bus import eventually
from tests.support.mail import MailServer, a_mail_server, text_of
from tests.support.up import PATIENCE, Up, a_folder, an_up

FAY = {"name": "Fay Facilitator", "address": "fay@example.org"}


def ask_for_a_link(up: Up) -> None:
    """Fay is in the directory, may sign in, and asks for a link on the page for it."""
    httpx.put(f"{up.api}/people/p-f", json=FAY, headers=up.key, timeout=PATIENCE).raise_for_status()
    up.post("/access/accounts", person_id="p-f", roles=["facilitator"], jurisdictions=[])
    httpx.post(f"{up.api}/sign-in", data={"address": FAY["address"]}, timeout=PATIENCE).raise_for_status()


@pytest.mark.slow
async def test_a_link_to_sign_in_comes_by_mail_and_its_log_names_nobody(tmp_path: Path) -> None:
    async with a_mail_server() as server:
        with an_up(a_folder(tmp_path), 0, **by(server)) as up:
            await asyncio.to_thread(ask_for_a_link, up)
            await eventually(lambda: server.arrived, PATIENCE)
            [letter] = server.arrived
            [link] = re.findall(r"http\S+/sign-in/link\?key=\S+", text_of(letter))
            [row] = (await asyncio.to_thread(up.get, "/app/mail.json"))["items"]
            assert (letter["To"], row["kind"], row["text"]) == ("Fay Facilitator <fay@example.org>", "sign_in", None)
            assert not any(word in up.said() for word in ("fay@", "Facilitator", link))


def by(server: MailServer) -> dict[str, str]:
    """Send by this server."""
    told = {
        "HOST": "127.0.0.1",
        "PORT": str(server.port),
        "SECURITY": "none",
        "FROM": "Peer learning <peer@example.org>",
    }
    return {f"THROUGHLINE_MAIL_{name}": value for name, value in told.items()}
