"""Every main task by keyboard alone: nobody has to point at anything."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import visit
from tests.support.people import link_for
from tests.support.up import Up

NAME = """() => {
  const at = document.activeElement;
  const words = at.labels?.length ? at.labels[0].innerText : at.innerText || at.getAttribute("aria-label") || "";
  return words.replace(/\\s+/g, " ").trim();
}"""


def go_to(page: Page, begins: str, most: int = 150) -> None:
    """Press Tab until something has the focus whose name begins so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if str(page.evaluate(NAME)).startswith(begins):
            return
    raise AssertionError(f"{begins} is not reached by keyboard")


def press(page: Page, begins: str) -> None:
    """Go to a button, a link or what unfolds, and use it."""
    go_to(page, begins)
    page.keyboard.press("Enter")


def write(page: Page, label: str, text: str) -> None:
    """Go to a field and type into it."""
    go_to(page, label)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def choose(page: Page, label: str, begins: str) -> None:
    """Go to a choice, and type the beginning of what is wanted."""
    go_to(page, label)
    page.keyboard.type(begins)


def pick(page: Page, first: str, wanted: str, most: int = 20) -> None:
    """Go to the first of some, of which one is to be picked, and on to the one that is wanted."""
    go_to(page, first)
    for _ in range(most):
        page.keyboard.press("ArrowDown")
        if str(page.evaluate(NAME)).startswith(wanted):
            return
    raise AssertionError(f"{wanted} is not offered")


@pytest.fixture
def page(browser: Browser, house: Up) -> Iterator[Page]:
    with visit(browser, house) as context:
        yield context.new_page()


def first_title(page: Page) -> str:
    """What the first task in the inbox is called."""
    return page.locator(".tl-task-title").first.inner_text()


def test_somebody_signs_in(browser: Browser, house: Up) -> None:
    with browser.new_context(base_url=house.api) as context:
        page = context.new_page()
        page.goto(link_for(house, "p-rivera", "facilitator", "administrator"))
        press(page, "Sign in")
        expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_a_task_is_put_off(page: Page) -> None:
    page.goto("/app/inbox")
    title = first_title(page)
    press(page, f"In a week : put off {title}")
    expect(page.get_by_text("1 task put off until")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: 1 task as before.")).to_be_visible()


def unfold(page: Page, title: str) -> None:
    """Ask for all that can be done with a task; what comes unfolds where the keyboard is."""
    press(page, f"More for {title}")
    expect(page.locator(".tl-task summary:focus")).to_have_text(re.compile(f"More for {re.escape(title)}"))


def test_a_task_is_done_on_an_earlier_day_with_a_note(page: Page) -> None:
    page.goto("/app/inbox")
    unfold(page, first_title(page))
    write(page, "Note", "They had sent it by mail")
    press(page, "Done on that day")
    expect(page.locator(".tl-flash")).to_be_focused()
    expect(page.get_by_role("status").get_by_text("1 task done.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: 1 task as before.")).to_be_visible()


def test_a_task_is_handed_over(page: Page) -> None:
    page.goto("/app/inbox")
    title = first_title(page)
    unfold(page, title)
    choose(page, "To the", "supervisor")
    write(page, "What they should know", "They asked for you")
    press(page, "Hand over")
    expect(page.get_by_text("1 task handed over to the supervisor.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: 1 task as before.")).to_be_visible()


def test_a_task_is_skipped_with_a_reason(page: Page) -> None:
    page.goto("/app/inbox")
    unfold(page, first_title(page))
    for _ in range(2):  # folded and unfolded again: it stays where it is
        page.keyboard.press("Enter")
    write(page, "Why (required)", "They left the engagement")
    press(page, "Skip")
    expect(page.get_by_text("1 task skipped.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: 1 task as before.")).to_be_visible()


def test_several_tasks_are_ticked_and_done_at_once(page: Page) -> None:
    page.goto("/app/inbox")
    for title in page.locator(".tl-task-title").all_inner_texts()[:2]:
        go_to(page, title)
        page.keyboard.press("Space")
    expect(page.locator(".tl-task .usa-checkbox__input:checked")).to_have_count(2)
    page.keyboard.press("Enter")  # in a field of a form, that is its first button: Done
    expect(page.get_by_text("2 tasks done.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: 2 tasks as before.")).to_be_visible()


def test_the_inbox_is_narrowed(page: Page) -> None:
    page.goto("/app/inbox")
    choose(page, "When", "Overdue")
    press(page, "Show")
    expect(page.get_by_role("heading", level=2, name="Overdue")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Later")).to_have_count(0)


def test_a_session_is_recorded(page: Page) -> None:
    page.goto("/app/engagements/ost-2027/sessions")
    press(page, "Correct session 1")
    expect(page.get_by_role("heading", name="Session 1")).to_be_visible()
    go_to(page, "Kim Boone")
    page.keyboard.press("Space")
    press(page, "Record those who are ticked")
    expect(page.get_by_text("Session 1 is recorded")).to_be_visible()


def test_a_session_is_moved_after_a_look_at_what_follows(page: Page) -> None:
    page.goto("/app/engagements/wf-2027/sessions")
    press(page, "Move session 4")
    expect(page.get_by_role("heading", name="Move session 4")).to_be_visible()
    write(page, "Minutes", "90")
    press(page, "Show what follows")
    expect(page.get_by_role("heading", name="What follows from it")).to_be_visible()
    press(page, "Move it")
    expect(page.get_by_text("Session 4 is changed")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: all is as before.")).to_be_visible()


def test_a_session_is_cancelled_with_a_reason(page: Page) -> None:
    page.goto("/app/engagements/wf-2027/sessions")
    press(page, "Cancel session 4")
    expect(page.get_by_role("heading", name="Cancel session 4")).to_be_visible()
    write(page, "Why it does not take place", "Snow")
    press(page, "Cancel the session")
    expect(page.get_by_text("Session 4 is cancelled.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: all is as before.")).to_be_visible()


def test_homework_is_given_and_a_plan_recorded(page: Page) -> None:
    page.goto("/app/engagements/wf-2027/sessions")
    press(page, "Give homework")
    write(page, "What every team does", "Count the seats")
    press(page, "Give it")
    expect(page.get_by_text("The homework is given.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: all is as before.")).to_be_visible()
    press(page, "Record a plan that was handed in")
    write(page, "Its steps", "Visit every center")
    press(page, "Record it")
    expect(page.get_by_text("The plan is handed in.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: all is as before.")).to_be_visible()


def test_an_engagement_is_closed(page: Page) -> None:
    page.goto("/app/engagements/sub-2027")
    press(page, "Close the engagement")
    expect(page.get_by_role("heading", name="Close the engagement")).to_be_visible()
    press(page, "Close it")
    expect(page.get_by_text("Paying for care at its true cost is closed.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Undone: it goes on.")).to_be_visible()


def test_an_engagement_is_opened_after_a_look_at_its_schedule(page: Page) -> None:
    page.goto("/app/engagements/new")
    write(page, "Title", "Opened by keyboard")
    pick(page, "Action Research Partnership", "Peer Learning Group")
    write(page, "Topic", "licensing")
    write(page, "Center", "NCASE")
    choose(page, "Facilitator", "Ana")
    choose(page, "Evaluator", "Eve")
    press(page, "Show the schedule")
    expect(page.get_by_text("Nothing is said yet")).to_be_visible()
    press(page, "Open the engagement")
    expect(page.get_by_text("Opened by keyboard is open.")).to_be_visible()


def test_a_calendar_address_is_made_and_taken_back(page: Page) -> None:
    page.goto("/app/calendar")
    press(page, "Make an address")
    expect(page.get_by_label("Secret address")).to_have_value(re.compile(r"/calendar/.+\.ics$"))
    press(page, "Take it back")
    expect(page.get_by_text("That address answers no more.")).to_be_visible()
