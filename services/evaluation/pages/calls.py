"""The list of calls of a round that is held as interviews, and the page on which a call is noted."""

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Form, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.evaluation import handlers
from services.evaluation.domain import Overview, ReplaceAsked
from services.evaluation.domain.interviews import CONSENTS, NoteInterview, NoteNotReached, Reached, codes_in, reached
from services.evaluation.handlers import asking, calls, sampling
from services.evaluation.pages.answering import of_questions, to_mend
from shared.access.opening import EVALUATORS, open_to
from shared.errors import Unknown
from shared.events.complaints import complaints, malformed
from shared.instruments import Judged, judge
from shared.obligations.reconcile import Row
from shared.playbooks.heading import Heading
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.forms import Line
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
Here = Annotated[Desk, Depends(desk("evaluation"))]
Written = Annotated[str, Form()]
ROUND = "/engagements/{engagement_id}/rounds"


@router.get(f"{ROUND}/calls")
@open_to(EVALUATORS)
async def read_list(request: Request, here: Here, engagement_id: str, round_id: str = "") -> Response:
    """Whom to call, and how often each code was used so far."""
    if not round_id:
        return await _which(request, here, engagement_id)
    found, row = await _round(here, engagement_id, round_id)
    told, draws = await calls.listed(here.store, row.key), await sampling.draws(here.store, row.key)
    still = [one for one in told.calls if one.is_to_be_called]
    how = await _reached(request, here, found.about, {one.person_id: one.jurisdiction for one in still})
    listed: Mapping[str, Any] = {"calls": told.calls, "codes": told.codes, "draws": draws, "reached": how}
    return await render(request, "calls.html", about=found.about, row=row, **listed)


@router.post(f"{ROUND}/calls")
@open_to(EVALUATORS)
async def make_list(request: Request, here: Here, engagement_id: str, round_id: Written) -> Response:
    """Have those drawn who are to be called and are not yet."""
    _, row = await _round(here, engagement_id, round_id)
    invited = await asking.invited(here.store, row.key, request.app.state.services["evaluation"].settings.instruments)
    return went_well(request, f"{len(invited)} on the list of calls.", _list(engagement_id, row.key))


@router.get(f"{ROUND}/call")
@open_to(EVALUATORS)
async def read_call(
    request: Request, here: Here, engagement_id: str, round_id: str = "", person_id: str = ""
) -> Response:
    """The questions of a call, with a place for notes and codes."""
    if not (round_id and person_id):
        return await _which(request, here, engagement_id)
    return await _call(request, here, engagement_id, round_id, person_id, {})


@router.post(f"{ROUND}/call")
@open_to(EVALUATORS)
async def note(
    request: Request, here: Here, engagement_id: str, round_id: Written, person_id: Written, what: Written = "keep"
) -> Response:
    """Keep a call: what was said; that they decline; that they were not reached, and whether they are tried again."""
    _, row = await _round(here, engagement_id, round_id)
    form = await request.form(max_files=0, max_fields=2000)
    typed = {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}
    there = _list(engagement_id, row.key)
    if what == "later":
        await calls.not_reached(here.store, NoteNotReached(round_id=row.key, person_id=person_id))
        return went_well(request, "Not reached: they stay on the list.", there)
    if what == "instead":
        reason = " ".join("".join(typed.get("reason", [])).split()) or "Not reached."
        told = ReplaceAsked(round_id=row.key, person_id=person_id, reason=reason[:400])
        instead = await sampling.give_up(here.store, told)
        return went_well(request, _came(instead is not None), there)
    consent = typed.get(CONSENTS, [""])[0]
    if consent not in ("yes", "no"):
        missing = [Line("Say whether they agree to be interviewed.", "consents-1")]
        return await _call(request, here, engagement_id, round_id, person_id, typed, lines=missing)
    command = _noted(row.key, person_id, typed, consents=consent == "yes")
    wrong, came = await calls.note(here.store, command, here.patience)
    if wrong:
        return await _call(request, here, engagement_id, round_id, person_id, typed, wrong)
    return went_well(request, "The interview is kept." if command.consents else _came(came is not None), there)


async def _call(
    request: Request,
    here: Desk,
    engagement_id: str,
    round_id: str,
    person_id: str,
    typed: dict[str, list[str]],
    wrong: Judged | None = None,
    lines: list[Line] | None = None,
) -> Response:
    found, row = await _round(here, engagement_id, round_id)
    opened, invitation = await calls.one(here.store, row.key, person_id)
    judged = wrong or judge(opened.form, calls.typed(opened.form, typed), "en", is_final=False)
    # Whoever asks has to see all that may come: nothing unfolds without a script.
    entries = [entry for entry in opened.form.entries if entry.name != CONSENTS]
    lines = lines or ([] if wrong is None else to_mend(entries, judged, "en"))
    place = found.places.get(invitation.team_id or "")
    return await render(
        request,
        "call.html",
        422 if lines else 200,
        about=found.about,
        row=row,
        it=opened,
        invitation=invitation,
        typed=typed,
        lines=lines,
        place=place,
        reached=(await _reached(request, here, found.about, {person_id: place}))[person_id],
        **of_questions(entries, judged, "en"),
    )


async def _which(request: Request, here: Desk, engagement_id: str) -> Response:
    """Where no round is named: the way to those that there are."""
    found = await handlers.shown(here.store, here.caller, engagement_id)
    return await render(request, "calls.html", about=found.about, row=None, calls=[], codes={}, reached={})


async def _reached(
    request: Request, here: Desk, about: Heading, whom: Mapping[str, str | None]
) -> Mapping[str, Reached]:
    """How each of these people is reached, by the directory; their day is that of their place where it tells none."""
    people = await here.directory.named(whom)
    places = request.app.state.services["evaluation"].settings.known_places
    zones = {one: places.zone_of(place) if place else None for one, place in whom.items()}
    return {one: reached(people.get(one), zone or ZoneInfo(about.time_zone)) for one, zone in zones.items()}


async def _round(here: Desk, engagement_id: str, round_id: str) -> tuple[Overview, Row]:
    found = await handlers.shown(here.store, here.caller, engagement_id)
    row = found.known.rounds.get(round_id)
    if row is None:
        raise Unknown("round", round_id, engagement_id)
    return found, row


def _noted(round_id: str, person_id: str, typed: dict[str, list[str]], consents: bool) -> NoteInterview:
    words: dict[str, object] = {"round_id": round_id, "person_id": person_id, "consents": consents, "answers": typed}
    written = "".join(typed.get("notes", [])).strip() or None
    try:
        return NoteInterview.model_validate(
            {**words, "notes": written, "codes": codes_in("".join(typed.get("codes", [])))}
        )
    except ValidationError as error:
        raise malformed(complaints(error.errors(include_url=False, include_input=False))) from None


def _came(somebody: bool) -> str:
    return "Somebody else is on the list instead." if somebody else "Nobody is left who could be called instead."


def _list(engagement_id: str, round_id: str) -> str:
    return f"/app/engagements/{engagement_id}/rounds/calls?round_id={round_id}"
