"""An evaluator's afternoon: a report with its chart, the tables, and a webhook, up to the line that says "Taken"."""

import csv
import io
import json
import re

from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect

from services.evaluation.decisions import signing
from services.evaluation.domain.webhooks import TEST
from tests.support.browser import comes, look
from tests.support.people import link_for, sign_in
from tests.support.receiver import Came, Receiver, a_receiver_apart
from tests.support.up import Up

LABEL = "Our outcome database"
SEEN = "Each office has one person who answers questions on licensing"


def test_an_evaluators_afternoon(browser: Browser, house: Up) -> None:
    with comes(browser, house) as context, a_receiver_apart() as receiver:
        page = context.new_page()
        sign_in(page, link_for(house, "p-okafor", "evaluator"))
        she_reads_a_report(page)
        she_takes_the_tables(page)
        secret = she_adds_a_webhook(page, receiver)
        she_sends_a_test(page, house, receiver)
        she_records_an_outcome(page)
        what_she_recorded_arrives_and_is_sent_again(page, house, receiver)
        assert all(was_signed(one, secret) for one in receiver.came)


def she_reads_a_report(page: Page) -> None:
    place(page, "Reports").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Report on the portfolio")).to_be_visible()
    chart = page.get_by_role("img", name="Bar chart.").first
    chart.scroll_into_view_if_needed()
    expect(chart).not_to_have_js_property("naturalWidth", 0)
    page.get_by_role("link", name="Licensing that helps").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Report: Licensing that helps")
    expect(page.get_by_text("Licensing and subsidy meet once a month").first).to_be_visible()
    assert taken(page, page.get_by_role("link", name="PDF")).startswith(b"%PDF-")


def she_takes_the_tables(page: Page) -> None:
    place(page, "Data").press("Enter")
    book = load_workbook(io.BytesIO(taken(page, page.get_by_role("link", name="Take the workbook"))), read_only=True)
    headings, *rows = book["outcomes"].iter_rows(values_only=True)
    assert "lic-2026" in {dict(zip(headings, row, strict=True))["engagement_id"] for row in rows}
    text = taken(page, page.get_by_role("link", name="CSV of outcomes")).decode("utf-8-sig")
    told = {row["outcome_id"]: row["statement"] for row in csv.DictReader(io.StringIO(text))}
    assert told["o-network"] == "Licensing and subsidy meet once a month"


def she_adds_a_webhook(page: Page, receiver: Receiver) -> str:
    """The page on which it is made is shown with its secret, this once."""
    place(page, "Webhooks").press("Enter")
    expect(page.get_by_text("No webhook yet")).to_be_visible()
    page.get_by_role("link", name="Add a webhook").press("Enter")
    page.get_by_label("What it is for").fill(LABEL)
    page.get_by_label("Address of the program").fill(receiver.url)
    page.get_by_role("button", name="Add it").press("Enter")
    secret = page.get_by_label("Secret", exact=True)
    expect(secret).to_have_value(re.compile(f"^{signing.PREFIX}"))
    look(page, "secret")
    told = secret.input_value()
    page.get_by_role("link", name="Go to this webhook").press("Enter")
    expect(page.get_by_text("Nothing was sent yet")).to_be_visible()
    return told


def she_sends_a_test(page: Page, up: Up, receiver: Receiver) -> None:
    page.get_by_role("button", name="Send a test").press("Enter")
    expect(page.get_by_text("A test is on its way.")).to_be_visible()
    up.until(lambda: receiver.came)
    expect(line(page, "A test").get_by_text("Taken", exact=True)).to_be_visible()  # nobody reloads it
    assert json.loads(receiver.came[0].body)["type"] == TEST


def she_records_an_outcome(page: Page) -> None:
    place(page, "Engagements").press("Enter")
    page.get_by_role("link", name="Licensing that helps", exact=True).first.press("Enter")
    page.get_by_role("link", name="Outcomes", exact=True).press("Enter")
    page.get_by_role("link", name="Record an outcome").press("Enter")
    page.get_by_label("What has changed").fill(SEEN)
    page.get_by_label("What shows it").fill("The list of offices")
    page.get_by_label("Level of the change").select_option("practice")
    page.get_by_role("button", name="Record it").press("Enter")
    expect(page.get_by_text(SEEN).first).to_be_visible()


def what_she_recorded_arrives_and_is_sent_again(page: Page, up: Up, receiver: Receiver) -> None:
    place(page, "Webhooks").press("Enter")
    page.get_by_role("link", name=LABEL).press("Enter")
    recorded = line(page, "An outcome was recorded")
    expect(recorded.get_by_text("Taken", exact=True)).to_be_visible()
    assert json.loads(receiver.came[1].body)["data"]["statement"] == SEEN
    look(page, "webhook with its log")
    recorded.get_by_role("button", name="Send again").press("Enter")
    expect(page.get_by_text("It is on its way again.")).to_be_visible()
    up.until(lambda: len(receiver.came) == 3)
    expect(recorded.get_by_text(re.compile("^2 tries"))).to_be_visible()
    assert (receiver.came[2].id, receiver.came[2].body) == (receiver.came[1].id, receiver.came[1].body)


def place(page: Page, label: str) -> Locator:
    """Where the navigation leads."""
    return page.get_by_role("navigation").get_by_role("link", name=label, exact=True).first


def line(page: Page, what: str) -> Locator:
    """The line of the log that tells of this."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=what))


def taken(page: Page, link: Locator) -> bytes:
    """The file that comes of a link."""
    with page.expect_download() as got:
        link.press("Enter")
    return got.value.path().read_bytes()


def was_signed(one: Came, secret: str) -> bool:
    """Whether it comes from where the secret is known."""
    stamp = int(one.headers["webhook-timestamp"])
    return one.headers["webhook-signature"] == signing.signature(secret, one.id, stamp, one.body)
