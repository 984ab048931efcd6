"""A facilitator's week on the real bus: from the link that signs her in to the feed in her calendar."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from shared.clock import WorldClock
from tests.support.browser import comes
from tests.support.people import introduce, link_for, sign_in
from tests.support.up import ROOT, Up, a_folder, an_up

TITLE = "Keeping the people who teach after school"
ASKED = {"KY": "OST workforce", "OH": "afterschool workforce", "WV": "out-of-school time workforce"}
SOON = 30_000
"""Milliseconds within which what follows from something is seen: the bus is real, and so is the page's own look."""


@pytest.fixture(scope="module")
def monday(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """Three agencies have asked about one topic; nothing is under way."""
    folder = a_folder(tmp_path_factory.mktemp("week") / "house")
    with an_up(folder, THROUGHLINE_PLAYBOOKS=str(ROOT / "playbooks")) as up:
        introduce(up)
        for place, topic in ASKED.items():
            told = {"external_id": f"17-{place}", "jurisdiction": place, "need": "How do others keep them?"}
            up.post("/requests", source="ncase", topic=topic, **told)
        up.until(lambda: up.tasks(to="planner"))
        yield up


def test_a_facilitators_week(browser: Browser, monday: Up) -> None:
    with comes(browser, monday) as hers, comes(browser, monday) as office:
        page, inbox = hers.new_page(), hers.new_page()
        sign_in(page, link := link_for(monday, "p-rivera", "facilitator"))
        a_link_works_once(office, link)
        she_opens_an_engagement_from_a_demand(page)
        she_tells_who_takes_part(page)
        inbox.goto("/app/inbox")
        expect(task(inbox, "Ask KY to")).to_have_count(0)
        she_records_a_session(page)
        inbox.bring_to_front()  # she looks at her other tab; nobody reloads it
        expect(task(inbox, "Send OH the summary of session 1")).to_be_visible(timeout=SOON)
        she_works_through_her_inbox(inbox)
        her_calendar_shows_what_is_due(page)
        she_closes_the_engagement(page)
        the_supervisor_reads_what_was_handed_over(office, monday)


def a_link_works_once(context: BrowserContext, link: str) -> None:
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Inbox")
    page.close()


def she_opens_an_engagement_from_a_demand(page: Page) -> None:
    page.get_by_role("link", name="Topics in demand").click()
    page.get_by_role("link", name="Open an engagement about").click()
    page.get_by_label("Title").fill(TITLE)
    page.locator("label", has_text="Peer Learning Community").click()
    page.get_by_label("Center").fill("NCASE")
    page.get_by_label("Evaluator").select_option("p-okafor")
    page.get_by_label("Supervisor").select_option("p-lindqvist")
    page.get_by_label("Opened on").fill(f"{days_ago(10):%Y-%m-%d}")
    page.get_by_role("button", name="Show the schedule").click()
    expect(page.get_by_text("Nothing is said yet")).to_be_visible()
    page.get_by_role("button", name="Open the engagement").click()
    expect(page.get_by_text(f"{TITLE} is open.")).to_be_visible()


def she_tells_who_takes_part(page: Page) -> None:
    for place in ("ky", "oh"):
        page.wait_for_load_state()  # what is told first is seen before what it is folded into is there
        if not page.get_by_label("Jurisdiction").is_visible():
            page.get_by_text("Tell who is in it").click()
        page.get_by_label("Jurisdiction").fill(place.upper())
        page.get_by_label("Formed on").fill(f"{days_ago(8):%Y-%m-%d}")
        page.locator("#person-1").select_option(f"p-{place}-1")
        page.locator("#person-2").select_option(f"p-{place}-2")
        page.get_by_role("button", name="Add the team").click()
        expect(page.get_by_text(f"{place.upper()} has its team.")).to_be_visible()


def she_records_a_session(page: Page) -> None:
    tab(page, "Sessions").click()
    page.get_by_label("Topic of session 1").fill("What the data say")
    page.get_by_label("When it begins").fill(f"{days_ago(1):%Y-%m-%d}T15:00")
    page.get_by_role("button", name="Schedule it").click()
    expect(page.get_by_text("Session 1 is scheduled.")).to_be_visible()
    page.get_by_role("link", name="Record who came to session 1").click()
    page.get_by_role("group", name="Who came for KY").get_by_text("Kim Boone").click()
    page.get_by_role("button", name="Record those who are ticked").click()
    expect(page.get_by_text("Session 1 is recorded: 1 person came.")).to_be_visible()


def she_works_through_her_inbox(inbox: Page) -> None:
    summary = task(inbox, "Send OH the summary of session 1")
    summary.get_by_role("button", name="Done Send OH the summary").click()
    expect(inbox.get_by_text("1 task done.")).to_be_visible()
    expect(summary).to_have_count(0)

    sign_off = task(inbox, "Ask the lead agency of KY to sign off its team")
    sign_off.get_by_role("button", name="In a week").click()
    expect(inbox.get_by_text("1 task put off until")).to_be_visible()
    expect(sign_off.get_by_text("Put off by hand")).to_be_visible()

    handed_over = task(inbox, "Ask the lead agency of OH to sign off its team")
    handed_over.get_by_text("More for").click()
    handed_over.get_by_label("To the").select_option("supervisor")
    handed_over.get_by_role("button", name="Hand over").click()
    expect(inbox.get_by_text("1 task handed over to the supervisor.")).to_be_visible()
    expect(handed_over).to_have_count(0)  # it is hers no more


def her_calendar_shows_what_is_due(page: Page) -> None:
    page.get_by_role("link", name="Calendar").click()
    page.get_by_role("button", name="Make an address").click()
    address = page.get_by_label("Secret address").input_value()
    answer = httpx.get(address, timeout=30)
    assert answer.headers["content-type"].startswith("text/calendar")
    told = answer.text.replace("\r\n ", "")  # long lines are folded
    assert "SUMMARY:Ask the lead agency of KY to sign off its team" in told
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("That address answers no more.")).to_be_visible()
    assert httpx.get(address, timeout=30).status_code == 404


def she_closes_the_engagement(page: Page) -> None:
    page.get_by_role("link", name="Engagements", exact=True).click()
    page.get_by_role("link", name=TITLE, exact=True).click()
    page.get_by_role("link", name="Close the engagement").click()
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text(f"{TITLE} is closed.")).to_be_visible()
    page.get_by_role("link", name="Engagements", exact=True).first.click()
    expect(page.get_by_role("row", name=re.compile(TITLE)).get_by_text("Closed")).to_be_visible(timeout=SOON)


def the_supervisor_reads_what_was_handed_over(context: BrowserContext, up: Up) -> None:
    page = context.new_page()
    sign_in(page, link_for(up, "p-admin", "administrator"))
    letter = page.get_by_role("article").filter(has_text="Sam Lindqvist").filter(has_text="Ask the lead agency of OH")
    up.until(lambda: page.goto("/app/mail") and letter.count())
    letter.first.get_by_text("What it says").click()
    expect(letter.first.get_by_text("Ask the lead agency of OH to sign off its team").last).to_be_visible()


def days_ago(days: int) -> date:
    """A day in the past."""
    return (WorldClock().now() - timedelta(days=days)).date()


def task(page: Page, title: str) -> Locator:
    """The task in the inbox that is called so."""
    return page.locator(".tl-task").filter(has=page.get_by_role("heading", name=title))


def tab(page: Page, label: str) -> Locator:
    """One of the pages of the engagement that is looked at."""
    return page.get_by_role("navigation", name="Pages of this engagement").get_by_role("link", name=label)
