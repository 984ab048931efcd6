"""A real provider of OpenID Connect (npm's oidc-provider, run by node), and browsers that sign in at it."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from httpx import AsyncClient, Response

from tests.support.calendars import ROOT, node

SCRIPT = ROOT / "tests" / "support" / "provider.mjs"
CLIENT, SECRET = "throughline", "a secret: of 40 letters + signs & umlauts"
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"email": "ada@example.gov", "email_verified": True},
    "ada-anew": {"email": "ada@example.gov", "email_verified": True},
    "unverified": {"email": "bea@example.gov", "email_verified": False},
    "unsaid": {"email": "bea@example.gov"},
    "stranger": {"email": "stranger@example.gov", "email_verified": True},
    "departed": {"email": "dan@example.gov", "email_verified": True},
    "unaccounted": {"email": "eve@example.gov", "email_verified": True},
    "addressless": {},
}


class RealProvider:
    """One that runs at a port of this machine."""

    def __init__(self, port: int, back: str, **told: Any) -> None:
        self.url = f"http://127.0.0.1:{port}"
        client = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uris": [back], **told.pop("client", {})}
        client = {name: value for name, value in client.items() if value is not None}
        self._told = {"port": port, "people": PEOPLE, "client": client, **told}

    def start(self) -> None:
        """Start it, with keys of its own."""
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [node(), str(SCRIPT)], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=ROOT, text=True
        )
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(self._told) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "up\n", "the provider did not start; is it there? make assets"

    def stop(self) -> None:
        """End it, and its keys with it."""
        self._process.terminate()
        self._process.communicate()

    async def lies(self, **told: Any) -> None:
        """From now on it signs this in place of what it should."""
        async with AsyncClient() as browser:
            answer = await browser.get(f"{self.url}/lies", params={"told": json.dumps(told)})
            assert answer.text == "told"


@contextmanager
def a_provider(back: str, port: int = 0, **told: Any) -> Iterator[RealProvider]:
    """A provider, started and ended; where there is no npm that could have installed it, the test is left out."""
    if not any(map(shutil.which, ("npm", str(ROOT / ".venv" / "bin" / "npm")))):
        pytest.skip("there is no npm here, so no provider could be installed to sign in at: make assets")
    provider = RealProvider(port or a_port(), back, **told)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


def a_port() -> int:
    """One that nobody uses."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


class Form(HTMLParser):
    """The first form of a page of the provider, and the link by which one goes away from it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.abort = "", ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        match tag:
            case "form":
                self.action = told["action"] or ""
            case "input":
                self.fields[told["name"] or ""] = told.get("value") or ""
            case "a" if (told.get("href") or "").endswith("/abort"):
                self.abort = told["href"] or ""


async def sent_back(place: str, home: str, who: str | None) -> str:
    """Sign in at the provider as somebody, by its own pages; or turn back. Gives the address it then leads to."""
    async with AsyncClient() as browser:
        answer = await browser.get(place)
        while not (there := _led_to(answer)).startswith(home):
            if there:
                answer = await browser.get(there)
                continue
            assert answer.status_code == 200, answer.text
            form = Form(answer.text)
            if who is None:
                answer = await browser.get(urljoin(str(answer.url), form.abort))
            else:
                filled = {**form.fields, **({"login": who, "password": "any"} if "login" in form.fields else {})}
                answer = await browser.post(urljoin(str(answer.url), form.action), data=filled)
        return there


def _led_to(answer: Response) -> str:
    return urljoin(str(answer.url), answer.headers["location"]) if answer.is_redirect else ""


def settings_for(url: str) -> Mapping[str, str]:
    """How Throughline is set up for a provider at this address."""
    return {
        "oidc_issuer": url,
        "oidc_name": "Example Center",
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
    }
