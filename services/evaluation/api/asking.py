"""Asking people by HTTP: the secret links to the form of a round, and how far those who are asked have come."""

from fastapi import Request
from pydantic import BaseModel

from services.evaluation import domain
from services.evaluation.api.here import Here
from services.evaluation.domain.asking import Invitation, Link
from services.evaluation.domain.interviews import Call, NoteInterview, NoteNotReached
from services.evaluation.domain.sampling import Draw
from services.evaluation.handlers import asking, calls, sampling
from shared.access.opening import EVALUATORS, open_to
from shared.errors import Malformed, Problem
from shared.web.addresses import here as here_is
from shared.web.routes import Routes


class LinkTo(Link):
    """A secret link to somebody's form, as it is told once."""

    url: str


class Links(BaseModel):
    """Links for those who have not answered."""

    links: list[LinkTo]


class Invitations(BaseModel):
    """Everybody who is asked in a round."""

    items: list[Invitation]


class Replaced(BaseModel):
    """Who is asked instead; nobody where all of the jurisdiction were asked."""

    instead: Invitation | None


class Draws(BaseModel):
    """How a sample was drawn, in turn."""

    items: list[Draw]


class CallList(BaseModel):
    """Who is to be called in a round, and how often each code was used."""

    items: list[Call]
    codes: dict[str, int]


class Noted(BaseModel):
    """What came of an interview that was noted: nothing more to do, or who is called instead of whom declined."""

    answered: bool
    instead: Invitation | None = None


router = Routes()


@router.post("/rounds/links")
@open_to(EVALUATORS)
async def make_links(command: domain.AskForLinks, request: Request, here: Here) -> Links:
    """Secret links to the form of an open round, one for each who is asked and has not answered; told only here."""
    folder = request.app.state.services["evaluation"].settings.instruments
    made = await asking.links(here.store, command.round_id, folder)
    at = here_is(request)
    return Links(links=[LinkTo(**one.model_dump(), url=f"{at}/app/answer/{one.secret}") for one in made])


@router.get("/rounds/{round_id:path}/invitations")
@open_to(EVALUATORS)
async def list_invitations(round_id: str, here: Here) -> Invitations:
    """Who is asked in a round, and how far each has come; what they answer is not told here."""
    return Invitations(items=await asking.listed(here.store, round_id))


@router.post("/rounds/replace")
@open_to(EVALUATORS)
async def replace_asked(command: domain.ReplaceAsked, here: Here) -> Replaced:
    """Ask somebody else of the same jurisdiction, instead of one of a sample who cannot be reached or declines."""
    return Replaced(instead=await sampling.replace(here.store, command))


@router.get("/rounds/{round_id:path}/sample")
@open_to(EVALUATORS)
async def tell_sample(round_id: str, here: Here) -> Draws:
    """How the sample of a round was drawn: with the same seed and frame, anybody draws the same people."""
    return Draws(items=await sampling.draws(here.store, round_id))


@router.get("/rounds/{round_id:path}/calls")
@open_to(EVALUATORS)
async def list_calls(round_id: str, here: Here) -> CallList:
    """Whom to call in a round that is held as interviews, and how often each code was used so far."""
    found = await calls.listed(here.store, round_id)
    return CallList(items=list(found.calls), codes=dict(found.codes))


@router.post("/rounds/interview")
@open_to(EVALUATORS)
async def note_interview(command: NoteInterview, here: Here) -> Noted:
    """Keep an interview as an answer of its round that does not say whose it is; whoever declines is replaced."""
    wrong, instead = await calls.note(here.store, command, here.patience)
    if wrong:
        raise Malformed(
            "the interview is not complete", problems=tuple(Problem(*one) for one in wrong.problems.items())
        )
    return Noted(answered=command.consents, instead=instead)


@router.post("/rounds/not-reached")
@open_to(EVALUATORS)
async def note_not_reached(command: NoteNotReached, here: Here) -> CallList:
    """Somebody was called and not reached: they are tried again later."""
    await calls.not_reached(here.store, command)
    return await list_calls(command.round_id, here)
