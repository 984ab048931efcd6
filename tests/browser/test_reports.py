"""An evaluator reads a report: from the whole to one engagement, with its charts, and takes it along as a file."""

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NARROW, WIDE, complaints, is_too_wide, visit
from tests.support.up import Up

PATIENCE = 60_000
"""Milliseconds that the first picture gets: what draws it has to be started."""


def test_a_report_is_read_with_its_charts_from_the_whole_to_one_engagement(browser: Browser, house: Up) -> None:
    with visit(browser, house) as context:
        page = context.new_page()
        page.goto("/app/inbox")
        page.get_by_role("link", name="Reports", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="Report on the portfolio")).to_be_visible()
        assert page.get_by_role("img", name="Bar chart.").all()
        _is_sound(page)
        section = page.get_by_role("region", name="Engagement by engagement")
        section.get_by_role("link", name="Licensing that").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Report: ")
        for name in ("The engagement", "What was promised, and what became of it", "What was seen"):
            expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
        _is_sound(page)
        with page.expect_download() as got:
            page.get_by_role("link", name="PDF").click()
        assert got.value.path().read_bytes().startswith(b"%PDF-")


def _is_sound(page: Page) -> None:
    """On wide and narrow screens each picture comes where room was left for it, and everybody can read the page."""
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        before = page.evaluate("document.documentElement.scrollHeight")
        for picture in page.get_by_role("img", name="Bar chart.").all():
            picture.scroll_into_view_if_needed()
            expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE)
        assert page.evaluate("document.documentElement.scrollHeight") == before, "pictures push what stands below them"
        assert complaints(page) == [], f"{width} px"
        assert not is_too_wide(page), f"{width} px"
