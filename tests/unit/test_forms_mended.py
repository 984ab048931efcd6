"""A form that was refused says what to mend in the words of its own labels, first above it, then beside each field."""

import asyncio
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import Request

from shared.access.caller import ALL_RIGHTS
from shared.clock import WorldClock
from shared.people import NOBODY
from shared.web.pages.forms import sentence
from shared.web.pages.navigation import Pages
from shared.web.pages.rendering import environment, render

FORM = """{% extends "layout.html" %}{% block title %}A form{% endblock %}
{% block page %}{% import "macros.html" as ui with context %}
{{ ui.wrong(problems) }}
{{ ui.field("logged_on", "Asked on", "date", "soon", problems=problems) }}
{{ ui.select("how", "How it was answered", [("a", "A")], problems=problems) }}
{{ ui.field("need", "What they need", problems=problems) }}
{% endblock %}"""
TWO = '{{ ui.field("note", "Note") }}{{ ui.field("topic", "About what") }}'
OTHERWISE = '{{ ui.field("note", "What they should know") }}'


def shown(folder: Path, problems: dict[str, str]) -> str:
    for name, text in {"form": FORM, "two": TWO, "otherwise": OTHERWISE}.items():
        (folder / f"{name}.html").write_text(text)
    state = SimpleNamespace(clock=WorldClock(), zone="America/New_York", directory=NOBODY, navigation=())
    state.templates = environment([Pages(None, folder)])  # type: ignore[arg-type]
    scope = {"type": "http", "method": "GET", "path": "/app/form", "headers": [], "query_string": b""}
    request = Request({**scope, "app": SimpleNamespace(state=state)})
    request.state.caller = ALL_RIGHTS
    return bytes(asyncio.run(render(request, "form.html", problems=problems)).body).decode()


def test_the_summary_tells_each_field_by_its_label_and_leads_to_it(tmp_path: Path) -> None:
    page = shown(tmp_path, {"logged_on": "must be a day", "how": "is missing"})
    summary = page[page.index('role="alert"') :].partition("</ul>")[0]
    assert 'tabindex="-1" autofocus' in summary
    assert '<a class="usa-link" href="#logged_on">Asked on must be a day</a>' in summary
    assert '<a class="usa-link" href="#how">How it was answered is missing</a>' in summary
    assert page.index('role="alert"') < page.index('id="logged_on"')
    assert "<title>To mend: A form" in page


def test_the_message_beside_a_field_is_tied_to_it_and_what_was_typed_is_kept(tmp_path: Path) -> None:
    page = shown(tmp_path, {"logged_on": "must be a day"})
    field = re.search(r'<input[^>]*id="logged_on"[^>]*>', page)
    assert field and 'aria-describedby="logged_on-wrong"' in field[0] and 'aria-invalid="true"' in field[0]
    assert 'value="soon"' in field[0]
    assert re.search(r'id="logged_on-wrong">.*Asked on must be a day</span>', page)


def test_a_page_with_nothing_to_mend_says_nothing_of_it(tmp_path: Path) -> None:
    page = shown(tmp_path, {})
    assert 'role="alert"' not in page and "To mend" not in page and "\0" not in page


def test_what_is_wrong_with_no_field_of_this_page_is_told_by_the_label_of_another_one(tmp_path: Path) -> None:
    page = shown(tmp_path, {"topic": "is missing", "note": "is too long", "": "The engagement is closed."})
    assert "<li>About what is missing</li>" in page
    assert "<li>Note is too long</li>" in page, "two forms call it otherwise: its name has to do"
    assert "<li>The engagement is closed.</li>" in page


def test_what_was_typed_cannot_put_a_second_summary_into_the_page(tmp_path: Path) -> None:
    page = shown(tmp_path, {"need": "<b>is missing</b>"})
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("label", "reason", "told"),
    [
        ("Title", "is missing", "Title is missing"),
        ("Mail address", "This mail address is that of p-1 already.", "This mail address is that of p-1 already."),
        ("", "is missing", "is missing"),
        ("Length", "'soon' is not a length of time", "Length: 'soon' is not a length of time"),
    ],
)
def test_what_is_wrong_is_one_sentence(label: str, reason: str, told: str) -> None:
    assert sentence(label, reason) == told
