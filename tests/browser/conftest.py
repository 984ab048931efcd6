"""One house and one browser for all that look at pages; where there is no Chromium, that is said."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import AXE, SEEN_WITHIN, a_browser, a_house, chromium
from tests.support.up import Up


# Not for the whole session: as long as playwright is there, no other test of this process can run a loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not chromium():
        pytest.skip("no Chromium here: on Debian, apt install chromium")
    if not AXE.exists():
        pytest.skip("no axe-core here: make assets")
    expect.set_options(timeout=SEEN_WITHIN)
    with a_browser() as found:
        yield found


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with a_house(tmp_path_factory.mktemp("browser")) as up:
        yield up
