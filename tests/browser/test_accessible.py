"""Nobody is kept out: axe-core has no complaint, nothing scrolls sideways, all goes by keyboard and without script."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages import SIGHTS, Sight
from tests.support.browser import NARROW, SCHEMES, WIDE, complaints, is_too_wide, visit
from tests.support.up import Up


def see(page: Page, sight: Sight) -> None:
    page.goto(sight.path)
    if sight.opens:
        opener = page.locator(sight.opens).first
        fetched = opener.get_attribute("hx-get")
        opener.click()
        if fetched:  # what comes takes the place of what was clicked
            page.locator(f'[hx-get="{fetched}"]').wait_for(state="detached")
        expect(page.locator(".htmx-request")).to_have_count(0)


@pytest.mark.parametrize("sight", SIGHTS, ids=str)
def test_a_page_keeps_nobody_out(browser: Browser, house: Up, sight: Sight) -> None:
    with visit(browser, house) as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": 900})
            see(page, sight)  # at each width anew: what unfolds on a phone lies open on a desk
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                assert complaints(page) == [], f"{scheme}, {width} px"
            assert not is_too_wide(page), f"{width} px"
        assert [one for one in errors if "status of 4" not in one] == []


def test_a_task_is_done_and_undone_by_keyboard_alone(browser: Browser, house: Up) -> None:
    with visit(browser, house) as context:
        page = context.new_page()
        page.goto("/app/inbox")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        task = row(page, str(page.locator(".tl-task").first.get_attribute("id")))
        title = page.locator(".tl-task-title").first.inner_text()
        done = page.get_by_role("button", name=f"Done {title}", exact=True).first
        reach(page, "Done")
        expect(done).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 task done.")).to_be_visible()
        expect(task).to_have_count(0)
        expect(page.locator(".tl-flash")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Undone: 1 task as before.")).to_be_visible()
        expect(task).to_have_count(1)


def test_a_task_is_done_without_any_script(browser: Browser, house: Up) -> None:
    with visit(browser, house, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/app/inbox")
        task = row(page, str(page.locator(".tl-task").last.get_attribute("id")))
        task.get_by_role("button", name="Done").click()
        expect(page.get_by_text("1 task done.")).to_be_visible()
        expect(task).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(task).to_have_count(1)


def test_a_task_is_handed_over_without_any_script(browser: Browser, house: Up) -> None:
    with visit(browser, house, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/app/inbox")
        title = page.locator(".tl-task-title").last.inner_text()
        page.locator(".tl-task .tl-unfolds").last.click()
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        page.get_by_label("To the").select_option("supervisor")
        page.get_by_label("What they should know").fill("They asked for you")
        page.get_by_role("button", name="Hand over").click()
        expect(page.get_by_text("1 task handed over to the supervisor.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone: 1 task as before.")).to_be_visible()


def test_what_falls_due_shows_without_a_reload(browser: Browser, house: Up) -> None:
    with visit(browser, house) as context:
        page = context.new_page()
        page.goto("/app/inbox")
        [task, *_] = house.tasks(state="overdue")
        expect(row(page, f"task-{task}")).to_have_count(1)
        house.post("/tasks/do", task_id=task)
        # The page looks for news every five seconds.
        expect(row(page, f"task-{task}")).to_have_count(0, timeout=20_000)


def row(page: Page, id: str) -> Locator:
    """The row of a task; where a heap is high, another one takes its place when it goes."""
    return page.locator(f'[id="{id}"]')


def reach(page: Page, begins: str, most: int = 60) -> None:
    """Press Tab until a button is focused whose name begins so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if str(page.evaluate("document.activeElement.innerText")).startswith(begins):
            return
    raise AssertionError(f"no button {begins} is reached by keyboard")
