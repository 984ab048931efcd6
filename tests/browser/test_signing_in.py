"""People sign in at a provider with a real browser, which lets no page of ours send a form elsewhere, and out again."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from shared.access.by_provider import BACK
from tests.support.browser import NARROW, SCHEMES, WIDE, complaints, is_too_wide
from tests.support.provider import a_port, a_provider, settings_for
from tests.support.up import Up, a_folder, an_up


@pytest.fixture(scope="module")
def up(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A center that knows Ada, and its provider."""
    port = a_port()
    settings = {f"THROUGHLINE_{name.upper()}": told for name, told in settings_for(f"http://127.0.0.1:{port}").items()}
    folder = a_folder(tmp_path_factory.mktemp("browser") / "provider")
    with an_up(folder, 0, **settings) as up, a_provider(up.api + BACK, port):
        ada = {"name": "Ada Okafor", "address": "ada@example.gov"}
        httpx.put(f"{up.api}/people/p-ada", json=ada, headers=up.key).raise_for_status()
        up.post("/access/accounts", person_id="p-ada", roles=["facilitator"])
        yield up


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_somebody_is_led_to_the_provider_and_back_and_signs_out(
    browser: Browser, up: Up, scheme: str, width: int
) -> None:
    context = browser.new_context(
        base_url=up.api, color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto("/app/account")
    looked_at(page)
    page.get_by_role("link", name="Sign in with Example Center").click()
    page.get_by_role("link", name="Cancel").click()
    looked_at(page)
    page.get_by_role("link", name="Sign in with Example Center again").click()
    page.fill("[name=login]", "ada")
    page.fill("[name=password]", "any")
    page.get_by_role("button").click()
    page.get_by_role("button").click()
    page.wait_for_url("**/app/account")
    looked_at(page)
    page.get_by_role("main").get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in")
    page.goto("/app/account")
    assert "/sign-in?next=" in page.url
    context.close()


def looked_at(page: Page) -> None:
    """Nothing is wrong with the page, and nothing of it has to be scrolled to sideways."""
    assert (complaints(page), is_too_wide(page)) == ([], False)
