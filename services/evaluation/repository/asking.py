"""Invitations, their links, the form of each round, and what was typed and not sent off yet."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cryptography.fernet import Fernet
from sqlalchemy import Row as Found
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.evaluation import tables
from services.evaluation.domain.asking import OPEN, Asked, Invitation, State
from shared.access.secrets import hashed, new_secret
from shared.errors import Conflict, Refused
from shared.events.fields import RUNNERS
from shared.instruments import Form
from shared.instruments.shelf import form_of
from shared.obligations.reconcile import Row
from shared.storage.database import insert_new
from shared.storage.many import insert_many
from shared.storage.tables import table
from shared.storage.work import Unit

Typed = dict[str, list[str]]
FORM, INVITATION, LINK = table(tables.FormRow), table(tables.InvitationRow), table(tables.FormLinkRow)
FORGOTTEN = table(tables.ForgottenRow)


INVITED = uuid5(NAMESPACE_URL, "urn:throughline:invitations")


class NoSuchForm(Refused):
    """There is no form at this address. Please use the link in the newest letter, whole."""

    status = 404
    title = "Not known here"


class AnsweredAlready(Conflict):
    """This was answered already, and sent off. Thank you."""


async def form(unit: Unit, round_id: str) -> Form | None:
    """The form of a round as it was when the first were asked; it stays the same for all."""
    row = (await unit.connection.execute(select(FORM).where(FORM.c.round_id == round_id))).first()
    return form_of(row.instrument, row.additions) if row else None


async def fix_form(unit: Unit, round_id: str, instrument: str, additions: str | None) -> Form:
    """Give a round its form, if it has none yet."""
    await insert_new(unit.connection, FORM, {"round_id": round_id, "instrument": instrument, "additions": additions})
    kept = await form(unit, round_id)
    return kept or form_of(instrument, additions)


async def invite(unit: Unit, round_id: str, engagement_id: str, asked: Sequence[Asked]) -> None:
    """Have these invited, who are not yet."""
    for one in asked:
        row = {"round_id": round_id, "engagement_id": engagement_id, "state": "invited", "why": None}
        who = {"person_id": one.person_id, "team_id": one.team_id}
        # Of a team there is no person by whom an index could tell that it was invited.
        id = str(uuid5(INVITED, f"{round_id}/{one.person_id or ''}/{one.team_id or ''}"))
        await insert_new(unit.connection, INVITATION, {"invitation_id": id, **row, **who})


async def invitations(unit: Unit, round_id: str) -> list[Invitation]:
    """Who is asked in a round."""
    query = select(INVITATION).where(INVITATION.c.round_id == round_id).order_by(INVITATION.c.invitation_id)
    return [_invitation(row) for row in await unit.connection.execute(query)]


async def how_many(unit: Unit, round_ids: Collection[str]) -> dict[str, int]:
    """How many are asked in each of these rounds in which anybody was invited; not whom somebody else stands for."""
    query = select(INVITATION.c.round_id, func.count().label("many")).where(INVITATION.c.round_id.in_(list(round_ids)))
    told = await unit.connection.execute(query.where(INVITATION.c.state != "replaced").group_by(INVITATION.c.round_id))
    return {row.round_id: row.many for row in told}


async def forgotten(unit: Unit) -> frozenset[str]:
    """Who was erased; nobody asks them anything."""
    return frozenset((await unit.connection.scalars(select(FORGOTTEN.c.person_id))).all())


async def replaced(unit: Unit, invitation_id: str, why: str) -> None:
    """Somebody is not asked any more: no link leads to their form."""
    await _change(unit, invitation_id, "replaced")
    await unit.connection.execute(update(INVITATION).where(INVITATION.c.invitation_id == invitation_id).values(why=why))
    await unit.connection.execute(delete(LINK).where(LINK.c.invitation_id == invitation_id))


async def link(unit: Unit, invitation_id: str) -> str:
    """A new secret that leads to somebody's form; those from before lead there too. Only its hash is kept."""
    secret = new_secret()
    row = {"hashed": hashed(secret), "invitation_id": invitation_id, "made_at": unit.now}
    await unit.connection.execute(LINK.insert().values(row))
    return secret


async def by_link(unit: Unit, secret: str) -> tuple[Invitation, Typed, str | None]:
    """Whose form this secret leads to, what was typed by it so far, and the language in which they read."""
    led = select(INVITATION, LINK.c.typed, LINK.c.language).join(
        LINK, LINK.c.invitation_id == INVITATION.c.invitation_id
    )
    row = (await unit.connection.execute(led.where(LINK.c.hashed == hashed(secret)))).first()
    if row is None:
        raise NoSuchForm
    typed: Typed = json.loads(_lock(secret).decrypt(row.typed)) if row.typed else {}
    return _invitation(row), typed, row.language


async def keep_typed(unit: Unit, secret: str, invitation_id: str, typed: Typed, language: str) -> None:
    """Keep what somebody typed until they send it off, so that nobody reads it who has not their link."""
    await _change(unit, invitation_id, "begun")
    row = {"typed": _lock(secret).encrypt(json.dumps(typed).encode()).decode(), "language": language}
    await unit.connection.execute(update(LINK).where(LINK.c.hashed == hashed(secret)).values(row))


async def sent_off(unit: Unit, invitation_id: str) -> None:
    """Somebody has answered; what they typed is kept as an answer, and here no more.

    Of two that send at one instant, the second is refused.
    """
    await _change(unit, invitation_id, "answered")
    await unit.connection.execute(update(LINK).where(LINK.c.invitation_id == invitation_id).values(typed=None))


def _lock(secret: str) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"typed by {secret}".encode()).digest()))


async def forget(connection: AsyncConnection, erased: Collection[str]) -> None:
    """Nothing leads any more to those who are erased, and what they typed is gone; they are not invited again.

    What they sent off tells nobody whose it is.
    """
    theirs = INVITATION.c.person_id.in_(list(erased))
    invitations = select(INVITATION.c.invitation_id).where(theirs)
    await connection.execute(delete(LINK).where(LINK.c.invitation_id.in_(invitations)))
    await connection.execute(update(INVITATION).where(theirs).values(state="erased"))
    await insert_many(connection, FORGOTTEN, [{"person_id": one} for one in sorted(erased)], "keep")


async def _change(unit: Unit, invitation_id: str, state: State) -> None:
    still = update(INVITATION).where(INVITATION.c.invitation_id == invitation_id, INVITATION.c.state.in_(OPEN))
    if (await unit.connection.execute(still.values(state=state))).rowcount == 0:
        raise AnsweredAlready("invitation_id")


def _invitation(row: Found[Any]) -> Invitation:
    return Invitation.model_validate(row, from_attributes=True)


async def letters(unit: Unit, rows: Mapping[str, Row], forms: Mapping[str, Form]) -> dict[str, dict[str, int]]:
    """To how many of each team letters about these rounds go; nobody calls, and who runs the engagement is no team."""
    written = [key for key, form in forms.items() if form.instrument.held_as == "form" and rows[key].ask not in RUNNERS]
    query = select(INVITATION.c.round_id, INVITATION.c.team_id, func.count().label("people"))
    query = query.where(INVITATION.c.round_id.in_(written), INVITATION.c.team_id.is_not(None))
    found: dict[str, dict[str, int]] = {}
    if written:
        for row in await unit.connection.execute(query.group_by(INVITATION.c.round_id, INVITATION.c.team_id)):
            found.setdefault(row.round_id, {})[row.team_id] = row.people
    return found
