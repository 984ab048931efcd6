"""Somebody answers an evaluation: on a phone, in Spanish, by keyboard; without an account, and without script."""

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NARROW, SCHEMES, WIDE, complaints, is_too_wide
from tests.support.up import PATIENCE, Up


@pytest.fixture(scope="module")
def links(house: Up) -> list[str]:
    """Where those who are asked in an open round find their form."""
    due = house.get("/rounds", state="due", kind="mid")["items"]
    asked = {"round_id": due[0]["round_id"]}
    answer = httpx.post(f"{house.api}/rounds/links", json=asked, headers=house.key, timeout=PATIENCE)
    return [str(one["url"]) for one in answer.raise_for_status().json()["links"]]


def phone(browser: Browser, **more: object) -> Page:
    context = browser.new_context(viewport={"width": NARROW, "height": 640}, locale="es-PR", **more)  # type: ignore[arg-type]
    return context.new_page()


def test_a_participant_answers_on_a_phone_in_spanish_by_keyboard(browser: Browser, links: list[str]) -> None:
    page = phone(browser)
    page.goto(links[0])
    expect(page.locator("html")).to_have_attribute("lang", "es")
    first = page.get_by_role("radio", name="Totalmente de acuerdo").first
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "useful":
            break
    page.keyboard.press("Space")
    expect(page.get_by_label("¿Qué lo haría más útil?")).to_be_visible()
    expect(
        page.get_by_text("Nada se ha enviado").or_(page.get_by_text("Todavía no se ha enviado nada"))
    ).to_be_visible()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(first).to_be_checked()
    expect(page.get_by_label("¿Qué lo haría más útil?")).to_have_count(0)
    page.get_by_role("button", name="Enviar mis respuestas").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Gracias. En la próxima sesión sabrá qué va a cambiar.")).to_be_visible()
    page.context.close()


def test_it_works_without_script_and_says_what_is_missing(browser: Browser, links: list[str]) -> None:
    page = phone(browser, java_script_enabled=False)
    page.goto(links[1])
    page.get_by_role("button", name="Enviar mis respuestas").click()
    expect(page.get_by_text("Responda a esta pregunta, por favor.").first).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Halfway through: how is it going?")).to_be_visible()
    page.get_by_text("Strongly agree").first.click()
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("You can close this page.")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_whoever_saves_on_a_phone_sees_that_it_is_saved(browser: Browser, links: list[str], script: bool) -> None:
    page = phone(browser, java_script_enabled=script)
    page.goto(f"{links[2]}?language=es")
    page.get_by_text("Totalmente de acuerdo").last.click()
    page.get_by_role("button", name="Guardar y continuar después").click()
    told = page.get_by_role("status").filter(has_text="Guardado. Todavía no se ha enviado nada")
    expect(told).to_be_in_viewport()
    if script:
        expect(told).to_be_focused()
        assert complaints(page) == [] and not is_too_wide(page)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("status").filter(has_text="Saved. Nothing is sent off yet")).to_be_in_viewport()
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_form_keeps_nobody_out(browser: Browser, links: list[str], scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="en-US")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(links[2])
    expect(page.get_by_text("May evaluators know that these answers are yours")).to_be_visible()
    assert complaints(page) == [] and not is_too_wide(page)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert complaints(page) == [] and not is_too_wide(page)
    context.close()
