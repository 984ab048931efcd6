"""A file of requests is taken in by a browser: no step keeps anybody out, all goes by keyboard and without script."""

from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.support.browser import look, visit
from tests.support.sheets import HEADINGS, ROWS, csv
from tests.support.up import Up

BAD = ("20", "Kentuky", "licensing", "How?", "2/3/2027", "Open")
TEXT = csv(*ROWS, BAD).replace("/2027", "/2026")
FILE: FilePayload = {"name": "requests.csv", "mimeType": "text/csv", "buffer": TEXT.encode()}
HERE = "/app/requests/import"


def choose(page: Page) -> None:
    page.goto(HERE)
    page.get_by_label("Tracker that it comes from").fill("tracker")
    page.get_by_label("The file").set_input_files([FILE])
    page.get_by_role("button", name="Look at it").press("Enter")


def test_each_step_keeps_nobody_out(browser: Browser, house: Up) -> None:
    with visit(browser, house) as context:
        page = context.new_page()
        choose(page)
        expect(page.get_by_role("heading", level=1, name="Is it read rightly?")).to_be_visible()
        expect(page.get_by_label("State, territory or Tribe")).to_have_value(HEADINGS[1])
        look(page, "columns")
        page.get_by_role("button", name="Show what it would do").press("Enter")
        expect(page.get_by_role("heading", level=1, name="What the file would do")).to_be_visible()
        look(page, "foreseen")


def test_a_file_is_taken_in_without_any_script(browser: Browser, house: Up) -> None:
    with visit(browser, house, java_script_enabled=False) as context:
        page = context.new_page()
        choose(page)
        page.get_by_role("button", name="Take it in", exact=True).press("Enter")
        expect(page.get_by_role("heading", level=1, name="Nothing was taken in")).to_be_visible()
        with page.expect_download() as given:
            page.get_by_role("button", name="Get the file with its problems").press("Enter")
        assert given.value.suggested_filename == "requests-problems.csv"
        choose(page)
        page.get_by_text("Take in the rows that pass").click()
        page.get_by_role("button", name="Take it in", exact=True).press("Enter")
        expect(page.get_by_role("heading", level=1, name="The file is taken in")).to_be_visible()
        page.get_by_role("link", name="See the requests").press("Enter")
        expect(page.get_by_text("How do small territories run a registry?")).to_be_visible()
