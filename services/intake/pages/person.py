"""One person for administrators: added, mended, given an account or none, sent a link to sign in."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError

from services.intake.domain.people import TellPerson
from services.intake.pages import zones
from services.intake.pages.founding import codes
from services.intake.pages.here import WELL, Amiss, Here, refused, service, ticked, typed
from services.intake.pages.people import PEOPLE, Book, LastKey
from shared.access import accounts
from shared.access.accounts import Account, LastAdministrator
from shared.access.api import register
from shared.access.caller import EVERYWHERE, Role
from shared.access.opening import ADMINISTRATORS, open_to
from shared.access.register import Register
from shared.errors import Conflict, Malformed, NotNow, Refused, Unknown
from shared.people import Person
from shared.web.desk import Desk
from shared.web.pages.flash import went_well
from shared.web.pages.rendering import render
from shared.web.routes import Routes

router = Routes()
Doors = Annotated[Register, Depends(register)]
ROLES: Mapping[str, tuple[str, str]] = {
    "facilitator": ("Facilitator", "Runs the engagements in which they have a part, and sees the requests named below"),
    "evaluator": ("Evaluator", "Evaluates the engagements in which they have a part"),
    "supervisor": ("Supervisor", "Sees and does everything in all engagements"),
    "administrator": ("Administrator", "The same, and looks after people, accounts and what was put aside"),
}
"""What an account is for, as people say it, and what it lets them do."""


class HasLeft(Conflict):
    """They have left. Take the tick at "Has left" away, and keep that, before you give them an account."""


class NoAddress(Conflict):
    """There is no mail address to which a link could be sent. Add it above."""


@router.get("/people/new")
@open_to(ADMINISTRATORS)
async def new_person(request: Request) -> Response:
    """The form on which somebody is added."""
    return await _new(request, WELL)


@router.post("/people/new")
@open_to(ADMINISTRATORS)
async def add(request: Request, book: Book) -> Response:
    """Somebody is in the directory from now on."""
    told = typed(request)
    try:
        person = await book.add(told_of(told))
    except (Refused, ValidationError) as error:
        return await _new(request, refused("person", told, error))
    said = f"{person.name} is in the directory. Give them an account below, if they are to sign in."
    return went_well(request, said, PEOPLE, to=f"{PEOPLE}/{person.person_id}")


@router.get("/people/{person_id}")
@open_to(ADMINISTRATORS)
async def one_person(request: Request, book: Book, doors: Doors, person_id: str) -> Response:
    """All that is known of a person, and whether they may sign in."""
    return await _page(request, await _find(book, person_id), doors, WELL)


@router.post("/people/{person_id}")
@open_to(ADMINISTRATORS)
async def mend(request: Request, here: Here, book: Book, doors: Doors, person_id: str) -> Response:
    """What is known of a person is otherwise."""
    person, told = await _find(book, person_id), typed(request)
    try:
        if here.caller.person_id == person_id and "left" in told:
            raise LastKey("left")
        await book.tell(person_id, told_of(told))
    except (Refused, ValidationError) as error:
        return await _page(request, person, doors, refused("person", told, error))
    return went_well(request, f"{told['name']}: kept as you told it.", f"{PEOPLE}/{person_id}")


@router.post("/people/{person_id}/account")
@open_to(ADMINISTRATORS)
async def grant(request: Request, here: Here, book: Book, doors: Doors, person_id: str) -> Response:
    """A person may sign in, as what is ticked and nothing else."""
    person, told, roles = await _find(book, person_id), typed(request), ticked(request, "roles")
    try:
        if person.left:
            raise HasLeft("roles")
        if here.caller.person_id == person_id and Role.ADMINISTRATOR not in roles:
            raise LastKey("roles")
        await accounts.grant(doors, await account_of(here, person_id, roles, told.get("jurisdictions", "")))
    except (Refused, ValidationError) as error:
        amiss = refused("account", {**told, "roles": " ".join(roles)}, error)
        return await _page(request, person, doors, amiss)
    return went_well(request, f"{person.name} may sign in as {_listed(roles)}.", f"{PEOPLE}/{person_id}")


@router.post("/people/{person_id}/account/revoke")
@open_to(ADMINISTRATORS)
async def revoke(request: Request, here: Here, book: Book, doors: Doors, person_id: str) -> Response:
    """A person may sign in no more, and is signed out everywhere."""
    person = await _find(book, person_id)
    if here.caller.person_id == person_id:
        return await _page(request, person, doors, refused("account", {}, LastKey()))
    try:
        await accounts.revoke(doors, person_id)
    except LastAdministrator as error:
        return await _page(request, person, doors, refused("account", {}, error))
    said = f"{person.name} may not sign in any more, and is signed out everywhere."
    return went_well(request, said, f"{PEOPLE}/{person_id}")


UNSENT = (
    "Nothing was sent, as no mail server is named in the settings. The letter with the link lies under Mail: give the "
    "link to them yourself. It can be used once, within 15 minutes."
)


@router.post("/people/{person_id}/link")
@open_to(ADMINISTRATORS)
async def send_link(request: Request, book: Book, doors: Doors, person_id: str) -> Response:
    """A person is sent a link by which they can sign in, once."""
    person = await _find(book, person_id)
    try:
        if person.address is None:
            raise NoAddress
        if await accounts.account(doors, person_id) is None:
            raise Unknown("account of", person_id)
        told = await service(request).ask("followup", "mail", {"person_id": person_id, "kind": "sign_in"})
        if told is None:
            raise NotNow("The service that sends mail does not answer.")
    except Refused as error:
        return await _page(request, person, doors, refused("link", {}, error))
    except NotNow as error:
        return await _page(request, person, doors, Amiss("link", {}, {"": str(error)}, error.status))
    sent = f"A link to sign in is on its way to {person.address}. It can be used once, within 15 minutes."
    return went_well(request, sent if told.get("leaves", True) else UNSENT, f"{PEOPLE}/{person_id}")


def told_of(told: Mapping[str, str]) -> TellPerson:
    """The person that the form tells of; ValidationError where something is missing or badly written."""
    fields = {name: value for name, value in told.items() if name in TellPerson.model_fields and name != "left"}
    return TellPerson.model_validate({**fields, "left": "left" in told})


async def account_of(here: Desk, person_id: str, roles: list[str], places: str) -> Account:
    """The account that the form tells of."""
    if not roles:
        raise Malformed("is missing: tick at least one", "roles")
    wanted = [EVERYWHERE] if EVERYWHERE in places else codes(places)
    async with here.store.look() as unit:
        unknown = [code for code in wanted if code != EVERYWHERE and unit.places.get(code) is None]
    if unknown:
        raise Malformed(f"names {', '.join(unknown)}, which is not known here; use codes like KY", "jurisdictions")
    return Account.model_validate({"person_id": person_id, "roles": roles, "jurisdictions": wanted})


def _listed(roles: list[str]) -> str:
    *others, last = roles
    return f"{', '.join(others)} and {last}" if others else last


async def _find(book: Book, person_id: str) -> Person:
    found = (await book.named([person_id])).get(person_id)
    if found is None:
        raise Unknown("person", person_id)
    return found


async def _new(request: Request, amiss: Amiss) -> Response:
    told = {"amiss": amiss, "zones": zones.choices(), "person": None}
    return await render(request, "person_new.html", amiss.status, **told)


async def _page(request: Request, person: Person, doors: Register, amiss: Amiss) -> Response:
    account = await accounts.account(doors, person.person_id)
    told: dict[str, Any] = {
        "person": person,
        "account": account,
        "amiss": amiss,
        "zones": zones.choices(person.zone),
        "roles": [(role, *words) for role, words in ROLES.items()],
        "ticked": amiss.typed.get("roles", "").split() if amiss.form == "account" else account.roles if account else (),
    }
    return await render(request, "person.html", amiss.status, **told)
