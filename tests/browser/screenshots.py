"""`make screenshots`: the main pages as pictures for the README; with a folder, every page in every look to be seen."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.pages import SIGHTS, Sight
from tests.browser.test_accessible import see
from tests.support.browser import NARROW, WIDE, Scheme, a_browser, a_house, chromium, visit
from tests.support.up import Up

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
HIGH = 800
PHONE = NARROW + 70
LOOKS: tuple[tuple[str, Scheme, int], ...] = (("", "light", WIDE), ("-dark", "dark", WIDE), ("-phone", "light", PHONE))
SHOWN = ("inbox", "engagement", "topics", "engagement-new", "playbook", "outcomes", "contacts", "team", "calendar")
"""The pages of which the README has a picture."""
ON_A_PHONE = ("session-held", "inbox")


def main(folder: Path | None) -> None:
    """Take the pictures of the README; with a folder all of them, for whoever changes how pages look."""
    with tempfile.TemporaryDirectory() as parent, a_browser() as browser, a_house(Path(parent)) as house:
        for name, scheme, width in LOOKS:
            wanted = [sight for sight in SIGHTS if folder or sight.name in _shown(name)]
            _take(browser, house, folder or FOLDER, wanted, name, scheme, width)


def _shown(look: str) -> tuple[str, ...]:
    return {"": SHOWN, "-phone": ON_A_PHONE}.get(look, ())


def _take(
    browser: Browser, house: Up, folder: Path, sights: list[Sight], name: str, scheme: Scheme, width: int
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with visit(browser, house, scheme, width) as context:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": HIGH})
        for sight in sights:
            see(page, sight)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{sight.name}{name}.png")


if __name__ == "__main__":
    if not chromium():
        sys.exit("There is no Chromium here: on Debian, apt install chromium.")
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
