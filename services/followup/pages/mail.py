"""Mail for people: what was sent and what became of it, for administrators; and what each wants to be written."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.followup.channels import Box
from services.followup.domain.mail import CHOSEN, KINDS, NAMES, Attempt, Kind, Letter, State
from services.followup.handlers import mail
from services.followup.handlers.sender import Sender
from shared.access.by_link import ByLink
from shared.access.opening import ADMINISTRATORS, ANYBODY, STAFF, open_to
from shared.errors import Malformed
from shared.obligations.reconcile import Row
from shared.web.desk import Desk, desk
from shared.web.pages.flash import went_well
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
short = Routes(include_in_schema=False)
LOG, MINE = "/app/mail", "/app/mail/mine"
ENTRY = Entry("Mail", LOG, order=920, icon="mail", roles=ADMINISTRATORS, but=(MINE,))
Here = Annotated[Desk, Depends(desk("followup"))]
Wanted = Annotated[tuple[Kind, ...], Form()]
Hour = Annotated[str, Form()]
OneClick = Annotated[str, Form(alias="List-Unsubscribe")]
MOST = 100
LETTERS = ByLink()
OFTEN = [Depends(LETTERS.not_too_often)]


class Shown(Letter):
    """A letter with what it is about; and with what it says, where no mail server takes it."""

    titles: list[str]
    """The tasks of which it tells, by their names."""
    attempts: list[str]
    subject: str | None = None
    text: str | None = None


@short.get("/mail")
@open_to(ANYBODY)
async def where_people_look() -> RedirectResponse:
    """Lead to the log of mail."""
    return RedirectResponse(LOG, status_code=303)


@listed(router, "/mail", "mail.html", name="mail")
@open_to(ADMINISTRATORS)
async def sent(request: Request, here: Here, state: State | None = None) -> Listed:
    """The last letters, and what became of each; without a mail server also what they say."""
    log = await mail.listed(here.store, state, MOST)
    people = await here.directory.named({letter.person_id for letter in log.letters})
    box = _box(request)
    # Whoever was erased is in no old letter either.
    rows = [
        _shown(letter, log.attempts.get(letter.letter_id, ()), log.tasks, box if letter.person_id in people else None)
        for letter in log.letters
    ]
    beside = {"state": state or "", "is_box": box is not None, "names": NAMES, "tried": log.attempts}
    return Listed(rows, Shown, beside)


def _shown(letter: Letter, attempts: Sequence[Attempt], tasks: Mapping[str, Row], box: Box | None) -> Shown:
    return Shown(
        **letter.model_dump(),
        titles=[tasks[one].title for one in letter.about if one in tasks],
        attempts=[f"{one.at.isoformat(timespec='seconds')} {one.why or one.outcome}" for one in attempts],
        subject=box.subject(letter.letter_id) if box else None,
        text=box.text(letter.letter_id) if box else None,
    )


@router.get("/mail/mine")
@open_to(STAFF)
async def mine(request: Request, here: Here) -> Response:
    """What whoever is signed in wants to be written."""
    choice = await mail.chosen(here.store, _me(here))
    return await render(request, "choice.html", choice=choice, kinds=_kinds(), action=MINE)


@router.post("/mail/mine")
@open_to(STAFF)
async def choose_mine(request: Request, here: Here, wanted: Wanted = (), at: Hour = "") -> Response:
    """Have it on record."""
    await mail.choose(here.store, _me(here), wanted, _hour(at))
    return went_well(request, "Your choice is on record.", MINE)


@router.get("/mail/choose/{secret}", dependencies=OFTEN)
@open_to(ANYBODY)
async def by_link(request: Request, here: Here, secret: str) -> Response:
    """What the reader of a letter wants to be written; to look at it changes nothing."""
    choice = await mail.of_link(here.store, secret)
    answer = await render(request, "choice.html", choice=choice, kinds=_kinds(), action=request.url.path)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/mail/choose/{secret}", dependencies=OFTEN)
@open_to(ANYBODY)
async def choose_by_link(
    request: Request,
    here: Here,
    secret: str,
    wanted: Wanted = (),
    at: Hour = "",
    one_click: OneClick = "",
) -> Response:
    """Have it on record; or, as mail programs ask with one click (RFC 8058), stop letters of this kind."""
    if one_click:
        await mail.stopped(here.store, secret)
        return Response(status_code=200)
    choice = await mail.of_link(here.store, secret)
    await mail.choose(here.store, choice.person_id, wanted, _hour(at))
    return went_well(request, "Your choice is on record.", request.url.path)


def _kinds() -> list[tuple[Kind, str]]:
    return [(kind, KINDS[kind]) for kind in CHOSEN]


def _hour(at: str) -> time | None:
    try:
        return time.fromisoformat(at) if at else None
    except ValueError:
        raise Malformed("must be a time of the day, like 07:30", "at") from None


def _me(here: Desk) -> str:
    if here.caller.person_id is None:
        raise Malformed("a token gets no mail: sign in as a person", "person_id")
    return here.caller.person_id


def _box(request: Request) -> Box | None:
    """Where letters lie that no mail server takes, if they were sent by this process."""
    sender = request.app.state.services["followup"].sender
    return sender.post if isinstance(sender, Sender) and isinstance(sender.post, Box) else None
