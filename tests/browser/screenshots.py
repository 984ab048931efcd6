"""`make screenshots`: the main pages as pictures, for the README and for whoever changes how they look."""

import sys
import tempfile
from pathlib import Path

from tests.browser.pages import SIGHTS
from tests.browser.test_accessible import see
from tests.support.browser import NARROW, WIDE, Scheme, a_browser, a_house, chromium, visit

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
LOOKS: tuple[tuple[str, Scheme, int], ...] = (
    ("", "light", WIDE),
    ("-dark", "dark", WIDE),
    ("-phone", "light", NARROW + 55),
)


def main(folder: Path, only: str = "") -> None:
    """Take each page in each look; `only` names one page."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as parent, a_browser() as browser, a_house(Path(parent)) as house:
        for name, scheme, width in LOOKS:
            with visit(browser, house, scheme, width) as context:
                page = context.new_page()
                for sight in SIGHTS:
                    if not only or sight.name.startswith(only):
                        see(page, sight)
                        page.screenshot(path=folder / f"{sight.name}{name}.png")


if __name__ == "__main__":
    if not chromium():
        sys.exit("There is no Chromium here: on Debian, apt install chromium.")
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, *sys.argv[2:3])
