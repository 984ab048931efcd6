"""Playbooks for people: those in force, what each obliges whom to do, and whether a text would be one."""

from datetime import date, datetime

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from services.intake import repository
from services.intake.handlers import openings
from services.intake.pages.drawing import foreseen
from services.intake.pages.founding import codes
from services.intake.pages.here import Here, typed
from shared import shelf
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, Problem, problems
from shared.playbooks.describe import conditions, plainly, when_due
from shared.playbooks.model import Playbook, read
from shared.playbooks.never import never
from shared.web.pages.forms import wrong
from shared.web.pages.lists import Listed, listed
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()


class Version(BaseModel):
    """One version of a playbook as it is listed."""

    playbook: str
    version: int
    title: str
    rules: int
    in_force: bool
    """Whether engagements that are opened now are run by it."""
    published_at: datetime


class RuleInWords(BaseModel):
    """A rule as one reads it."""

    name: str
    what: str
    to: str
    due: str
    conditions: str


@listed(router, "/playbooks", "playbooks.html", name="playbooks")
@open_to(STAFF)
async def playbooks(request: Request, here: Here) -> Listed:
    """All versions that were published, the newest of each first."""
    seen: set[str] = set()
    rows = []
    for one in await openings.versions(here.store):
        rules = read(one.document)
        rows.append(
            Version(
                playbook=one.playbook,
                version=one.version,
                title=rules.title,
                rules=len(rules.rules),
                in_force=one.playbook not in seen,
                published_at=one.published_at,
            )
        )
        seen.add(one.playbook)
    return Listed(rows, Version)


@router.get("/playbooks/check")
@open_to(STAFF)
async def new_text(request: Request) -> Response:
    """A place for a text that is to be checked."""
    return await render(request, "playbook_check.html", text="", mistakes=[], checked=None, rules=[])


@router.post("/playbooks/check")
@open_to(STAFF)
async def check(request: Request) -> Response:
    """All that is wrong with a text, by line; of a sound one its rules in plain words. Nothing is published."""
    text = typed(request).get("document", "")
    checked, mistakes = _checked(text)
    told = {"text": text, "mistakes": mistakes, "checked": checked, "rules": in_words(checked) if checked else []}
    return await render(request, "playbook_check.html", 422 if mistakes else 200, **told)


@router.get("/playbooks/{playbook}")
@open_to(STAFF)
async def one_playbook(
    request: Request,
    here: Here,
    playbook: str,
    version: int | None = None,
    start: date | None = None,
    jurisdictions: str = "",
) -> Response:
    """One playbook: its rules in plain words, its text, and the schedule that it makes from a day on."""
    async with here.store.look() as unit:
        found = await repository.playbook(unit, playbook, version)
    rules = read(found.document)
    amiss, schedule = {}, []
    if start:
        try:
            imaginable(start)
            schedule = await openings.schedule(here.store, found.document, start, codes(jurisdictions))
        except Malformed as error:
            amiss = wrong(error)
    told = {"found": found, "rules": rules, "lines": in_words(rules), "schedule": foreseen(schedule), "problems": amiss}
    told |= {"start": start, "jurisdictions": jurisdictions or ", ".join(openings.EXAMPLE)}
    return await render(request, "playbook.html", 422 if amiss else 200, **told)


def in_words(playbook: Playbook) -> list[RuleInWords]:
    """The rules of a playbook as one reads them."""
    return [
        RuleInWords(
            name=rule.name,
            what=plainly(rule),
            to=rule.to or rule.ask,
            due=when_due(rule),
            conditions=conditions(rule),
        )
        for rule in playbook.rules
    ]


def _checked(text: str) -> tuple[Playbook | None, list[Problem]]:
    try:
        document = shelf.whole_text(text, "line").document
        playbook = read(document)
        return playbook, list(never(playbook, document))
    except Malformed as error:
        return None, list(problems(error))


def imaginable(start: date) -> None:
    """Refuse a day on which nothing can be imagined."""
    if not 1900 <= start.year <= 2190:
        raise Malformed("lies outside the years 1900 to 2190", "start")
