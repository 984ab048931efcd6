"""Who may come in, by HTTP: tokens, accounts and links, for administrators; and who one is oneself."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from shared.access import accounts, signing_in, tokens
from shared.access.accounts import Account
from shared.access.caller import Caller, Role
from shared.access.opening import ADMINISTRATORS, TRACKERS, open_to
from shared.access.register import Register
from shared.access.tokens import Token, Wanted
from shared.events.fields import Slug
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes(prefix="/access", tags=["access"])


async def register(request: Request) -> Register:
    """The register of this Throughline."""
    found: Register = request.app.state.register
    return found


Here = Annotated[Register, Depends(register)]


class Strict(BaseModel):
    """What is asked for, strictly."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class RevokeToken(Strict):
    """Refuse a token from now on."""

    token_id: Slug


class OfPerson(Strict):
    """Somebody by the id that facts call them."""

    person_id: Slug


class RevokeAccess(OfPerson):
    """Let a person sign in no more."""

    even_the_last: bool = False
    """Also where nobody administers any more then."""


class MakeLink(OfPerson):
    """A link by which a person can sign in, once."""

    minutes: int = Field(default=15, ge=1, le=60)


class Made(BaseModel):
    """A new token."""

    token: Token
    secret: str
    """Shown this once."""


class Link(BaseModel):
    """A new link to sign in."""

    link: str
    expires_at: datetime


class Me(BaseModel):
    """Who somebody is here."""

    label: str
    person_id: str | None
    roles: list[Role]
    jurisdictions: list[str]
    source: str | None


@router.get("/me")
@open_to(TRACKERS)
async def who_am_i(request: Request) -> Me:
    """Who you are here, and what you may see."""
    caller: Caller = request.state.caller
    places = sorted(caller.jurisdictions)
    return Me(
        label=caller.label,
        person_id=caller.person_id,
        roles=sorted(caller.roles),
        jurisdictions=places,
        source=caller.source,
    )


@router.post("/tokens", status_code=201)
@open_to(ADMINISTRATORS)
async def make_token(wanted: Wanted, here: Here) -> Made:
    """Make a token for a program; it is shown this once."""
    token, secret = await tokens.make(here, wanted)
    return Made(token=token, secret=secret)


@router.get("/tokens")
@open_to(ADMINISTRATORS)
async def list_tokens(here: Here, asked: Which) -> Page[Token]:
    """Every token that was ever made, and when it was used last."""
    return await tokens.page(here, asked)


@router.post("/tokens/revoke")
@open_to(ADMINISTRATORS)
async def revoke_token(command: RevokeToken, here: Here) -> RevokeToken:
    """Refuse a token from now on, everywhere."""
    await tokens.revoke(here, command.token_id)
    return command


@router.post("/accounts", status_code=201)
@open_to(ADMINISTRATORS)
async def grant_access(account: Account, here: Here) -> Account:
    """Let a person sign in, as what is told here and nothing else."""
    return await accounts.grant(here, account)


@router.get("/accounts")
@open_to(ADMINISTRATORS)
async def list_accounts(here: Here, asked: Which) -> Page[Account]:
    """Everybody who may sign in."""
    return await accounts.page(here, asked)


@router.post("/accounts/revoke")
@open_to(ADMINISTRATORS)
async def revoke_access(command: RevokeAccess, here: Here) -> RevokeAccess:
    """Let a person sign in no more, and sign them out everywhere."""
    await accounts.revoke(here, command.person_id, command.even_the_last)
    return command


@router.post("/links", status_code=201)
@open_to(ADMINISTRATORS)
async def make_link(command: MakeLink, here: Here) -> Link:
    """A link by which a person can sign in, once; hand it to nobody else."""
    lasts = timedelta(minutes=command.minutes)
    link = await signing_in.mint_link(here, command.person_id, lasts)
    return Link(link=link, expires_at=here.clock.now() + lasts)
