"""People as a running Throughline knows them: their names in the directory, and how they sign in by a link."""

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.support.up import PATIENCE, Up

PEOPLE = {
    "p-rivera": "Ana Rivera",
    "p-okafor": "Eve Okafor",
    "p-lindqvist": "Sam Lindqvist",
    "p-ky-1": "Kim Boone",
    "p-ky-2": "Lee Clay",
    "p-oh-1": "Olu Adams",
    "p-oh-2": "Pat Wright",
}


def introduce(up: Up, **names: str) -> None:
    """Have people in the directory, each with a name and an address."""
    for person_id, name in (names or PEOPLE).items():
        told = {"name": name, "address": f"{person_id}@example.org", "zone": "America/New_York"}
        answer = httpx.put(f"{up.api}/people/{person_id}", json=told, headers=up.key, timeout=PATIENCE)
        assert answer.is_success, answer.text


def link_for(up: Up, person_id: str, *roles: str) -> str:
    """A link by which somebody signs in once, as these."""
    told: dict[str, Any] = {"person_id": person_id, "roles": roles, "jurisdictions": ["*"]}
    up.post("/access/accounts", **told)
    return str(up.post("/access/links", person_id=person_id)["link"])


def sign_in(page: Page, link: str) -> None:
    """Follow the link, and press its button: to look at it alone does nothing."""
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/app/inbox"))
