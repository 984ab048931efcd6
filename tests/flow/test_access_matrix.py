"""Every route for every role, their own and foreign: made from the routes themselves, so that none is forgotten."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from fastapi.routing import RouteContext
from httpx import AsyncClient, Response

from shared.access.caller import Role
from shared.access.opening import ANYBODY, OFFICE, every_route, opened_to
from tests.support import filling
from tests.support.access import a_house, forget_callers
from tests.support.matrix import FOREIGN, NOWHERE, OWN, Town, a_town, an_engagement, ids, is_as
from tests.support.saying import said

PARAMETER = re.compile(r"{(\w+)(?::path)?}")

MORE: Mapping[str, Mapping[str, str]] = {"/engagements/{engagement_id}/handover": {"role": "facilitator"}}
"""What a route wants to be asked beside its path."""

THE_SAME_FOR_ALL = {
    "/access/me": "tells of whoever asks",
    "/calendars": "tells of the feeds of whoever asks: test_calendar_feed",
    "/data": "tells which tables there are: test_data_is_theirs",
    "/data/dictionary.csv": "tells what columns mean",
    "/data/dictionary.json": "tells what columns mean",
    "/data/dictionary.md": "tells what columns mean",
    "/data/workbook.xlsx": "is a packed file: test_data_is_theirs reads it",
    "/data/{table}.csv": "test_data_is_theirs reads each table",
    "/data/{table}.jsonl": "test_data_is_theirs reads each table",
    "/data/{table}.xlsx": "test_data_is_theirs reads each table",
    "/data/{table}.parquet": "test_data_is_theirs reads each table",
    "/playbooks": "playbooks rule all alike",
    "/playbooks/{playbook}": "playbooks rule all alike",
    "/topics/{topic}": "a topic is nobody's; who asks about it is, and test_topics_show_only_who_asks_at_home looks",
    "/webhooks": "tells of the webhooks of whoever asks: test_webhooks",
    "/webhooks/{webhook_id}": "tells of the webhooks of whoever asks: test_webhooks",
    "/webhooks/{webhook_id}/deliveries": "tells of the webhooks of whoever asks: test_webhooks",
    "/webhooks/{webhook_id}/deliveries/{event_id}": "tells of the webhooks of whoever asks: test_webhooks",
    "/app/webhooks": "tells of the webhooks of whoever asks: test_webhook_pages",
    "/app/webhooks.json": "tells of the webhooks of whoever asks: test_webhook_pages",
    "/app/webhooks.csv": "tells of the webhooks of whoever asks: test_webhook_pages",
    "/app/webhooks/{webhook_id}": "tells of the webhooks of whoever asks: test_webhook_pages",
    "/app/webhooks/{webhook_id}.json": "tells of the webhooks of whoever asks: test_webhook_pages",
    "/app/webhooks/{webhook_id}.csv": "tells of the webhooks of whoever asks: test_webhook_pages",
    "/app/data": "tells which tables there are, and what their columns mean",
    "/app/data.csv": "tells which tables there are",
    "/app/data.json": "tells which tables there are",
    "/app/playbooks": "playbooks rule all alike",
    "/app/playbooks.json": "playbooks rule all alike",
    "/app/playbooks.csv": "playbooks rule all alike",
    "/app/account": "tells where whoever asks is signed in: test_access_account",
    "/app/account.csv": "tells where whoever asks is signed in: test_access_account",
    "/app/account.json": "tells where whoever asks is signed in: test_access_account",
    "/app/calendar": "tells of the feeds of whoever asks: test_calendar_page",
    "/app/calendar.csv": "tells of the feeds of whoever asks: test_calendar_page",
    "/app/calendar.json": "tells of the feeds of whoever asks: test_calendar_page",
    "/app/mail/mine": "tells what whoever asks wants to be written: test_mail_pages",
    "/app/playbooks/check": "an empty form",
    "/app/playbooks/{playbook}": "playbooks rule all alike",
    "/app/playbooks/{playbook}/what-if": "a playbook tried on an engagement that is imagined",
    "/app/playbooks/{playbook}/what-if.csv": "a playbook tried on an engagement that is imagined",
    "/app/playbooks/{playbook}/what-if.json": "a playbook tried on an engagement that is imagined",
    "/app/reports.pdf": "the report of /app/reports.md, whose words a PDF does not show to whoever looks for them here",
    "/app/requests/new": "an empty form",
    "/app/requests/import": "tells of the files of one's own source: test_import_pages",
}
"""What shows nothing of any engagement or request, or no more of it than is told here."""

ABOUT_NOTHING_THERE = {
    "/requests": "logs a new request: test_a_tracker_logs_and_reads_the_requests_of_its_own_source_only",
    "/imports": "takes in a file of one's own source: test_imports",
    "/imports/columns": "looks at a file, and at how those of one's own source are read: test_imports",
    "/calendars": "makes a feed of one's own: test_calendar_feed",
    "/calendars/revoke": "revokes a feed of one's own: test_calendar_feed",
    "/webhooks": "makes one of one's own: test_webhooks",
    "/app/requests/import/columns": "looks at a file of one's own source: test_import_pages",
    "/app/requests/import/again": "looks at a file of one's own source: test_import_pages",
    "/app/requests/import/foresee": "looks at a file of one's own source: test_import_pages",
    "/app/requests/import/take-in": "takes in a file of one's own source: test_import_pages",
    "/app/requests/import/file": "gives back a file of one's own source: test_import_pages",
    "/app/webhooks/make": "makes one of one's own: test_webhook_pages",
    "/engagements": "opens a new one: test_whoever_opens_an_engagement_has_a_seat_in_it",
    "/app/engagements/new": "opens a new one: test_whoever_opens_an_engagement_has_a_seat_in_it",
    "/app/account/sign-out": "signs oneself out: test_access_account",
    "/app/account/sign-out-elsewhere": "signs oneself out: test_access_account",
    "/app/calendar/make": "makes a feed of one's own: test_calendar_page",
    "/app/mail/mine": "chooses what oneself wants to be written: test_mail_pages",
    "/app/requests/new": "logs a new request, as /requests does",
    "/app/people/choose": "offers names of the directory, and nothing else: test_people_pages",
    "/app/playbooks/check": "looks at the text that is sent, and at nothing else",
}
"""What is told to routes that is about nothing that is there already, and who looks at it instead."""

FILLED: Mapping[str, Mapping[str, Any]] = {
    "/requests/withdraw": {"request_id": "*-request"},
    "/requests/answer": {"request_id": "*-request"},
    "/contacts/decline": {"team_id": "*-team"},
    "/contacts/consent": {"team_id": "*-team"},
    "/sessions": {"number": 7, "minutes": 90},
    "/plans/reject": {"reason": "too late"},
    "/webhooks/{webhook_id}/resend": {"since": "0"},
    "/app/webhooks/{webhook_id}/again": {"event_id": "f1"},
    "/app/webhooks/{webhook_id}/again-since": {"since": "2027-01-01"},
    "/app/inbox/snooze": {"until": "2027-06-01"},
    "/app/inbox/skip": {"reason": "not needed"},
    "/app/engagements/{engagement_id}/plans/report-step": {"status": "done"},
    "/app/engagements/{engagement_id}/outcomes/dismiss": {"reason": "no change"},
}
"""Fields that a route wants, and that cannot be guessed from its schema; a star is the name of the engagement."""

UNREADABLE = """
A route shows what is foreign, or this test does not find its way to it ("Add a route" in CONTRIBUTING.md):
- "shows", "other than unknown": read rows by rows_of(), a Shelf, kept.histories() or the ledger: they leave out what
  is foreign; a select of your own takes .where(rows_theirs(unit, TABLE)) of shared/storage/ownership.py. A table whose
  columns do not tell whose a row is belongs to EVERYBODYS there, with the reason.
- "not found": say in ids() of tests/support/matrix.py what its {parameter} is called, and let it happen in
  an_engagement(). What a route wants to be asked beside stands in MORE, above.
- It shows nothing of engagements and requests: name it in THE_SAME_FOR_ALL, above, with the reason.
"""
UNWRITABLE = """
A route takes what is foreign, or this test does not find its way into it ("Add a route" in CONTRIBUTING.md):
- "taken", "other than unknown": let use_cases.obey() decide it, in the line that the command names.
- "came no further than 422": name in FILLED, above, the fields that it wants, and let ids() of tests/support/matrix.py
  know its ids.
- It is about nothing that is there already: name it in ABOUT_NOTHING_THERE, above, with the test that looks at it.
"""


@pytest.fixture(autouse=True)
def every_request_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_callers(monkeypatch)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    async with a_town() as town:
        yield town


def path_of(route: RouteContext, word: str) -> str:
    told = ids(word)
    return PARAMETER.sub(lambda found: told.get(found[1], f"{word}-x"), str(route.path))


def routes_of(town: Town, reading: bool) -> Iterator[tuple[RouteContext, str, list[Role]]]:
    """Each route that is not the office's alone and is read, or told something; how, and by whom of those who come."""
    for route in every_route(town.house.app.routes):
        opened = opened_to(route) or frozenset()
        for method in sorted(route.methods or ()):
            if (method == "GET") == reading and opened - OFFICE:
                yield route, method, [role for role in town.comers if role in opened]


def told_of(wrong: Mapping[str, str | None]) -> str:
    return "\n".join(f"{route}: {what}" for route, what in wrong.items() if what)


async def test_each_route_is_open_to_whom_it_names_and_to_nobody_else(town: Town) -> None:
    comers: dict[Role | None, AsyncClient] = {None: town.house.comes()}
    for role in Role:
        # Programs: a person who tries all routes has signed out before the last of them.
        comers[role] = await town.house.program(role, **({"source": "other"} if role is Role.TRACKER else {}))
    wrong = []
    for route in every_route(town.house.app.routes):
        opened = opened_to(route)
        for method in sorted(route.methods or ()):
            for who, comer in comers.items():
                answer = await comer.request(method, path_of(route, NOWHERE))
                is_open = opened == ANYBODY or who in (opened or ())
                if (answer.status_code == (401 if who is None else 403)) == is_open:
                    wrong.append((method, route.path, who, answer.status_code))
    assert wrong == []


async def test_what_is_their_own_is_found_and_what_is_foreign_is_as_unknown_as_what_nobody_ever_said(
    town: Town,
) -> None:
    wrong = {
        f"GET {route.path}, by the {role}": await _read(route, role, town.comers[role])
        for route, _method, roles in routes_of(town, reading=True)
        for role in roles
    }
    assert not any(wrong.values()), UNREADABLE + told_of(wrong)


async def _read(route: RouteContext, role: Role, comer: AsyncClient) -> str | None:
    """What is wrong with what a role is shown by a route; nothing where all is well."""
    path = str(route.path)

    async def asked(word: str) -> Response:
        return await comer.get(path_of(route, word), params=MORE.get(path, {}))

    own, foreign = await asked(OWN), await asked(FOREIGN)
    if path in THE_SAME_FOR_ALL:
        return "shows what is foreign" if FOREIGN in foreign.text and role not in OFFICE and "{" not in path else None
    if not own.is_success:
        return f"their own is not found: {own.status_code} {own.text[:200]}"
    if "{" not in path:
        if OWN not in own.text:
            return "their own is not found in it"
        if (FOREIGN in own.text) != (role in OFFICE):
            return "what is foreign is not found in it" if role in OFFICE else "shows what is foreign"
        return None
    if role in OFFICE:
        return None if foreign.is_success else f"the other engagement is not found: {foreign.text[:200]}"
    if not is_as(foreign, await asked(NOWHERE)):
        return f"what is foreign is other than unknown: {foreign.status_code} {foreign.text[:200]}"
    return None


async def test_whatever_is_done_to_something_foreign_is_refused_as_if_it_were_not_there(town: Town) -> None:
    services = town.house.world.services
    before = {name: len(await town.house.world.facts(name)) for name in services}
    wrong = {
        f"{method} {route.path}, by the {role}": await _told(town, route, method, role)
        for route, method, roles in routes_of(town, reading=False)
        for role in roles
        if role not in OFFICE and route.path not in ABOUT_NOTHING_THERE
    }
    assert not any(wrong.values()), UNWRITABLE + told_of(wrong)
    assert {name: len(await town.house.world.facts(name)) for name in services} == before


async def _told(town: Town, route: RouteContext, method: str, role: Role) -> str | None:
    api = town.house.app.openapi()

    async def sent(word: str) -> Response:
        form = filling.is_form(route)
        told = filling.form(route, ids(word)) if form else filling.command(api, route, method, ids(word))
        for name, value in FILLED.get(str(route.path), {}).items():
            told[name] = value.replace("*", word) if isinstance(value, str) else value
        path, comer = path_of(route, word), town.comers[role]
        return await (comer.request(method, path, data=told) if form else comer.request(method, path, json=told))

    foreign, nowhere = await sent(FOREIGN), await sent(NOWHERE)
    if foreign.is_success or foreign.is_redirect:
        return "what is foreign is taken"
    if foreign.status_code not in (403, 404):
        return f"came no further than {foreign.status_code}: {foreign.text[:300]}"
    if not is_as(foreign, nowhere):
        return f"what is foreign is other than unknown: {foreign.text[:200]}; {nowhere.text[:200]}"
    return None


async def test_their_own_engagement_can_be_worked_on(town: Town) -> None:
    told = {"engagement_id": OWN, "closed_on": "2027-01-04", "reason": "stopped"}
    assert (await town.comers[Role.FACILITATOR].post("/engagements/close", json=told)).is_success


async def test_on_the_page_of_their_own_engagement_nothing_is_undone_that_was_said_of_another() -> None:
    async with a_house() as house:
        for word in (OWN, FOREIGN):
            await an_engagement(house, word, "KY")
        supervisor = await house.program("supervisor")
        undo = f"/app/engagements/{OWN}/sessions/undo"
        answer = await supervisor.post(undo, data={"fact_id": ids(FOREIGN)["fact_id"]})
        assert answer.status_code == 404
        assert (await supervisor.post(undo, data={"fact_id": ids(OWN)["fact_id"]})).status_code == 303


async def test_topics_show_only_who_asks_at_home(town: Town) -> None:
    facilitator, office = town.comers[Role.FACILITATOR], town.comers[Role.SUPERVISOR]
    for path in ("/topics", "/topics/homeland-topic", "/topics/farland-topic"):
        assert "GU" not in (await facilitator.get(path)).text, path
    assert (await facilitator.get("/topics/farland-topic")).status_code == 404
    assert "GU" in (await office.get("/topics/farland-topic")).text


async def test_whoever_fills_a_role_sees_its_engagement_in_every_service_and_whoever_vacated_it_does_not() -> None:
    async with a_house() as house:
        await an_engagement(house, OWN, "KY")
        first, next_ = await house.person(f"{OWN}-f", "facilitator"), await house.person("p-2", "facilitator")
        changes = ("role_vacated", f"{OWN}-f", "2027-02-01"), ("role_filled", "p-2", "2027-02-02")
        for name, person, day in changes:
            await house.world.say(said(name, engagement_id=OWN, role="facilitator", person_id=person, on=day))
        its = "/engagements/{}", "/sessions/{}-session", "/engagements/{}/story", "/goals/{}-goal"
        for path in (one.format(OWN) for one in its):
            assert ((await first.get(path)).status_code, (await next_.get(path)).status_code) == (404, 200), path


async def test_whoever_opens_an_engagement_has_a_seat_in_it(town: Town) -> None:
    facilitator = town.comers[Role.FACILITATOR]
    told = {"title": "Ours", "playbook": "example", "center": "NCASE", "topic": "data", "time_zone": "America/New_York"}
    for person, word, status in ((f"{OWN}-f", "ours", 201), ("p-2", "theirs", 403), (f"{OWN}-f", FOREIGN, 403)):
        people = {"facilitator": person, "evaluator": "p-3"}
        answer = await facilitator.post("/engagements", json={**told, "engagement_id": word, "people": people})
        assert answer.status_code == status, answer.text
    assert (await facilitator.get("/engagements/ours")).is_success
    assert (await facilitator.get("/engagements/theirs")).status_code == 404
    assert (await town.comers[Role.SUPERVISOR].get("/engagements/theirs")).status_code == 404


async def test_a_tracker_logs_and_reads_the_requests_of_its_own_source_only(town: Town) -> None:
    request = {"external_id": "9", "jurisdiction": "KY", "topic": "data", "need": "How?"}
    tracker, other = town.comers[Role.TRACKER], await town.house.program("tracker", source="other")
    mine = ids(OWN)["source"]
    assert (await tracker.post("/requests", json={**request, "source": mine})).status_code == 201
    refused = await other.post("/requests", json={**request, "source": mine})
    [why] = refused.json()["problems"]
    assert (refused.status_code, why["field"]) == (403, "source")
    assert why["reason"].startswith("This token is of other: ") and "\n" not in refused.json()["detail"]
    assert (await other.get(f"/requests/{mine}/9")).status_code == 404
    assert (await other.get("/requests")).json()["items"] == []
    assert len((await tracker.get("/requests")).json()["items"]) == 2
