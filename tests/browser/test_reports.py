"""An evaluator reads a report: from the whole, with its charts, to one engagement, and takes it along as a file."""

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NARROW, WIDE, complaints, is_too_wide, visit
from tests.support.up import Up


def test_a_report_is_read_with_its_charts_from_the_whole_to_one_engagement(browser: Browser, house: Up) -> None:
    with visit(browser, house) as context:
        page = context.new_page()
        page.goto("/app/inbox")
        page.get_by_role("link", name="Reports", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="Report on the portfolio")).to_be_visible()
        for width in (NARROW, WIDE):
            page.set_viewport_size({"width": width, "height": 900})
            assert see_charts(page), f"{width} px"
            keeps_nobody_out(page, width)
        page.get_by_role("region", name="Engagement by engagement").get_by_role("link", name="Licensing that").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Report: Licensing that helps")
        for width in (NARROW, WIDE):
            page.set_viewport_size({"width": width, "height": 900})
            see_charts(page)
            keeps_nobody_out(page, width)
        with page.expect_download() as got:
            page.get_by_role("link", name="PDF").click()
        assert got.value.path().read_bytes().startswith(b"%PDF-")


def see_charts(page: Page) -> int:
    """Wait until each picture is there; tells how many there are."""
    pictures = page.get_by_role("img", name="Bar chart.").all()
    for picture in pictures:
        picture.scroll_into_view_if_needed()
        expect(picture).not_to_have_js_property("naturalWidth", 0)
    return len(pictures)


def keeps_nobody_out(page: Page, width: int) -> None:
    assert complaints(page) == [], f"{width} px"
    assert not is_too_wide(page), f"{width} px"
