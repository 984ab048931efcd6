"""A real Chromium before a real `throughline up`, with engagements in it as a facilitator has them on a Tuesday."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
from nats.errors import FlushTimeoutError
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from shared.access.door import COOKIE
from shared.bus.accounts.members import Kind
from shared.clock import WorldClock
from tests.support.calling import draw
from tests.support.people import PEOPLE, introduce, link_for
from tests.support.up import PATIENCE, ROOT, Up, a_folder, an_up

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NARROW, WIDE = 320, 1280
SEEN_WITHIN = 60_000
"""Milliseconds within which what follows from something is to be seen: the bus is real, and machines are busy."""
HERE = '["127.0.0.0/8"]'
NOBODY_THERE = "http://127.0.0.1:9/events"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str | None:
    """Where the browser is, if there is one: THROUGHLINE_CHROMIUM names another."""
    return os.environ.get("THROUGHLINE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium, started and ended."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def a_house(parent: Path) -> Iterator[Up]:
    """Everything running, with the playbooks that we ship and three engagements under way."""
    folder = a_folder(parent / "house")
    with an_up(folder, THROUGHLINE_PLAYBOOKS=str(ROOT / "playbooks"), THROUGHLINE_WEBHOOK_NETWORKS=HERE) as up:
        furnish(up)
        yield up


def comes(browser: Browser, up: Up, scheme: Scheme = "light", width: int = WIDE, **more: Any) -> BrowserContext:
    """Somebody with a browser of their own, at a screen of this width, who has not signed in."""
    context = browser.new_context(
        base_url=up.api,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        timezone_id="America/New_York",
        locale="en-US",
        **more,
    )
    context.set_default_timeout(SEEN_WITHIN)
    return context


def visit(browser: Browser, up: Up, scheme: Scheme = "light", width: int = WIDE, **more: Any) -> BrowserContext:
    """The facilitator of all that is under way, who administers this house too."""
    context = comes(browser, up, scheme, width, **more)
    context.add_cookies([{"name": COOKIE, "value": signed_in(up), "url": up.api}])
    return context


def look(page: Page, name: str) -> None:
    """The page as it stands has no barrier, on a phone and at a desk."""
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert complaints(page) == [], f"{name}, {scheme}, {width} px"
        assert not is_too_wide(page), f"{name}, {width} px"


def signed_in(up: Up) -> str:
    """What her browser shows at the door."""
    key = link_for(up, "p-rivera", "facilitator", "administrator").partition("key=")[2]
    answer = httpx.post(f"{up.api}/sign-in/link", data={"key": key}, headers={"Origin": up.api}, timeout=PATIENCE)
    return answer.cookies[COOKIE]


def complaints(page: Page) -> list[str]:
    """What axe-core finds wrong with a page as it stands, each with the first place where it is so."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("standards => axe.run(document, {runOnly: standards})", STANDARDS)
    return [
        f"{one['id']}: {one['help']} ({len(one['nodes'])} times): {one['nodes'][0]['html'][:160]}"
        f" {one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in told["violations"]
    ]


def is_too_wide(page: Page) -> bool:
    """Whether a reader would have to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


TITLES = (
    ("ost-2027", "Out-of-school time that families can reach", "out-of-school time", ("KY", "OH", "WV")),
    ("sub-2027", "Paying for care at its true cost", "cost modelling", ("VT", "NM", "VI")),
    ("wf-2027", "Keeping the people who teach", "workforce", ("HI", "OR", "GA")),
)
OPENED = (70, 47, 20)
"""Days ago. The second one is asked midway on whatever day it is: its third session was five days ago, and between lie
at most a weekend and a holiday.
"""


def furnish(up: Up) -> None:
    """Open engagements, form teams, schedule and hold sessions: one long under way, one fresh."""
    introduce(up, **PEOPLE, **TEAMS)
    today = WorldClock().now().date()
    for days, (engagement, title, topic, places) in zip(OPENED, TITLES, strict=True):
        _open(up, engagement, title, topic, places, today - timedelta(days=days))
    _look_back(up, today)
    draw(up, today)
    _ask(up, today)
    with ThreadPoolExecutor(1) as apart:  # the browser's own event loop runs in this thread
        apart.submit(asyncio.run, _garble(up)).result()
    up.until(lambda: len(up.tasks()) > 8)
    up.until(lambda: up.get("/aside")["intake"]["items"])
    _write(up)
    _tell(up)


def _write(up: Up) -> None:
    """Let there be a letter: what was handed over to the supervisor."""
    her = {"name": "Sam Lindqvist", "address": "lindqvist@example.org"}
    httpx.put(f"{up.api}/people/p-lindqvist", json=her, headers=up.key, timeout=PATIENCE).raise_for_status()
    [task, *_] = up.tasks(state="due")
    up.post("/tasks/hand-over", task_id=task, to="supervisor", person_id="p-rivera", note="I am away until the 20th.")
    up.until(lambda: any(one["text"] for one in up.get("/app/mail.json")["items"]))


def _tell(up: Up) -> None:
    """Let there be two webhooks to where nobody listens: one is tried again and again, the other one is off."""
    told = {"url": NOBODY_THERE, "since": "0"}
    up.post("/webhooks", **told, label="The outcome database of our center")
    off = up.post("/webhooks", **told, label="What the university counts")["webhook"]["webhook_id"]
    up.post(f"/webhooks/{off}/disable")


LISTENING = """
playbook: listening-sessions
version: 1
title: Listening Sessions
window: {wait: 1 month, after: closed}
rules:
- {name: later, each: engagement, evaluation: later, instrument: later-survey, due: {wait: 12 months, after: closed}}
"""


def _look_back(up: Up, today: date) -> None:
    """Let an engagement have closed long ago: one promise was kept in part, the other not at all."""
    mine = {"engagement_id": "lic-2026"}
    goals = [
        {"goal_id": "g1", "level": "practice", "statement": "Inspectors coach before they cite", "indicator": "Visits"},
        {"goal_id": "g2", "level": "policy", "statement": "The rules on group size are one page"},
    ]
    up.post("/playbooks", document=LISTENING)
    up.post(
        "/engagements", **mine, title="Licensing that helps", playbook="listening-sessions", center="NCASE",
        topic="licensing", opened_on=f"{today - timedelta(days=300)}", time_zone="America/New_York",
        people={"facilitator": "p-rivera", "evaluator": "p-okafor", "supervisor": "p-lindqvist"},
        goals=[{**goal, "by": f"{today - timedelta(days=100)}"} for goal in goals],
    )  # fmt: skip
    team = {
        "team_id": "ky",
        "jurisdiction": "KY",
        "lead": "p-ky-1",
        "members": [{"person_id": "p-ky-1", "role": "lead_agency"}],
    }
    up.post("/teams", **mine, **team, formed_on=f"{today - timedelta(days=290)}")
    for level, statement, evidence in (
        (
            "practice",
            "Two of three inspectors now visit a program before its first review",
            "The visit log",
        ),
        ("network", "Licensing and subsidy meet once a month", "Told by the team lead"),
    ):
        told = {"outcome_id": f"o-{level}", "level": level, "statement": statement, "evidence": evidence}
        up.post("/outcomes", **mine, **told, jurisdiction="KY", seen_on=f"{today - timedelta(days=90)}")
    up.post("/engagements/close", **mine, closed_on=f"{today - timedelta(days=150)}", reason="completed")
    up.post("/goals/assess", **mine, goal_id="g1", verdict="partly", outcomes=["o-practice"])
    up.until(lambda: up.get("/outcomes/proposed")["items"])


def _ask(up: Up, today: date) -> None:
    """Let agencies ask for help, and regional offices be asked for their consent."""
    for number, place in enumerate(("KY", "WI", "MI"), 17):
        told = {"source": "ncase", "external_id": f"{number}", "jurisdiction": place, "topic": "workforce registries"}
        need = "How do other states keep their registries of the workforce up to date?"
        up.post("/requests", **told, need=need, logged_on=f"{today - timedelta(days=3 * number)}")
    for n, (place, days) in enumerate((("KY", 6), ("OH", 9), ("WV", 12), ("KY", None))):
        asked = {"engagement_id": "ost-2027", "approval_id": f"a{n}"}
        on = today - timedelta(days=68 if days else 20)
        up.post("/approvals", **asked, about="invite" if days else "speaker", jurisdiction=place, asked_on=f"{on}")
        if days:
            up.post("/approvals/answer", **asked, answer="granted", answered_on=f"{on + timedelta(days=days)}")


async def _garble(up: Up) -> None:
    """Let a tracker send a request of which something is missing."""
    request = {"external_id": "4711", "jurisdiction": "Kentucky", "topic": "workforce", "logged_on": "2026-11-02"}
    async with up.on_the_bus("ncase", Kind.TRACKER) as client:
        for _ in range(3):
            # A server that still reads who may come in may make a connection come again, and what it said is lost.
            with suppress(FlushTimeoutError):
                await client.publish("inbound.requests.ncase", json.dumps(request).encode())
                await client.flush(20)
                return


def _open(up: Up, engagement: str, title: str, topic: str, places: tuple[str, ...], opened: date) -> None:
    mine = {"engagement_id": engagement}
    people = {"facilitator": "p-rivera", "evaluator": "p-okafor", "supervisor": "p-lindqvist"}
    goal = {"goal_id": "g1", "level": "plan", "statement": "Each team has a plan that its agency accepted"}
    up.post(
        "/engagements", **mine, title=title, playbook="peer-learning-community", center="NCASE", topic=topic,
        opened_on=f"{opened}", time_zone="America/New_York", people=people,
        goals=[{**goal, "by": f"{opened + timedelta(days=180)}"}],
    )  # fmt: skip
    for place in places:
        lead, other = f"p-{place.lower()}-1", f"p-{place.lower()}-2"
        members = [{"person_id": lead, "role": "lead_agency"}, {"person_id": other, "role": "provider"}]
        team = {"team_id": place.lower(), "jurisdiction": place, "lead": lead, "members": members}
        up.post("/teams", **mine, **team, formed_on=f"{opened + timedelta(days=7)}")
    for n in range(1, 6):
        on = opened + timedelta(days=14 * n)
        starts = f"{on}T15:00:00-05:00"
        told = {"session_id": f"{engagement}-s{n}", "number": n, "topic": TOPICS[n - 1], "minutes": 120}
        up.post("/sessions", **mine, **told, starts_at=starts, mode="virtual")
        if on < WorldClock().now().date():
            came = {place.lower(): [f"p-{place.lower()}-1"] for place in places[: 2 + n % 2]}
            up.post("/sessions/hold", **mine, session_id=told["session_id"], held_at=starts, attendance=came)


TEAMS = {
    "p-wv-1": "Wes Vance", "p-wv-2": "Gina Webb", "p-vt-1": "Vera Thorn", "p-vt-2": "Theo Vail",
    "p-nm-1": "Nora Mora", "p-nm-2": "Marco Nez", "p-vi-1": "Ivy Vale", "p-vi-2": "Ines Cruz",
    "p-hi-1": "Hana Ito", "p-hi-2": "Kai Hale", "p-or-1": "Orla Reed", "p-or-2": "Rosa Ortiz",
    "p-ga-1": "Gail Avery", "p-ga-2": "Amos Grant",
}  # fmt: skip
TOPICS = ("What the data say", "Who must be at the table", "Money that lasts", "Trying it out", "The plan")
