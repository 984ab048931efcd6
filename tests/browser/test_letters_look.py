"""Letters keep nobody out either: their HTML twins as a mail program shows them, wide and narrow, light and dark."""

from email import message_from_bytes, policy
from typing import get_args

import pytest
from playwright.sync_api import Browser

from services.followup.channels.message import Told
from services.followup.domain.mail import Kind
from tests.support.browser import NARROW, SCHEMES, WIDE, Scheme, complaints, is_too_wide
from tests.support.letters import ROUND, sent, task

TOLD = Told(
    [task("Call WV", -9, overdue=True), task("Meet VT"), task("Invite OH", 3, by="p-s")],
    link="https://line.example/key",
    round=ROUND,
)


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_letter_keeps_nobody_out(browser: Browser, kind: Kind, scheme: Scheme, width: int) -> None:
    body = message_from_bytes(sent(kind, TOLD), policy=policy.default).get_body(("html",))
    assert body
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.set_content(body.get_content())
        assert complaints(page) == []
        assert not is_too_wide(page)
