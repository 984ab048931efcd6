"""Invitations, their links, the form of each round, and what was typed and not sent off yet."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.evaluation import tables
from services.evaluation.domain.asking import OPEN, Asked, Invitation
from shared.access.secrets import hashed, new_secret
from shared.errors import Conflict, Refused
from shared.ids import new_id
from shared.instruments import Form
from shared.instruments.shelf import form_of
from shared.storage.database import insert_new
from shared.storage.tables import table
from shared.storage.work import Unit

FORM, INVITATION, LINK = table(tables.FormRow), table(tables.InvitationRow), table(tables.FormLinkRow)


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
        row = {"round_id": round_id, "engagement_id": engagement_id, "state": "invited"}
        who = {"person_id": one.person_id, "team_id": one.team_id}
        await insert_new(unit.connection, INVITATION, {"invitation_id": new_id(), **row, **who})


async def invitations(unit: Unit, round_id: str) -> list[Invitation]:
    """Who is asked in a round."""
    query = select(INVITATION).where(INVITATION.c.round_id == round_id).order_by(INVITATION.c.invitation_id)
    return [_invitation(row) for row in await unit.connection.execute(query)]


async def link(unit: Unit, invitation_id: str) -> str:
    """A new secret that leads to somebody's form; those from before lead there too. Only its hash is kept."""
    secret = new_secret()
    row = {"hashed": hashed(secret), "invitation_id": invitation_id, "made_at": unit.now}
    await unit.connection.execute(LINK.insert().values(row))
    return secret


async def by_link(unit: Unit, secret: str) -> tuple[Invitation, dict[str, list[str]], str | None]:
    """Whose form this secret leads to, what they typed so far, and the language in which they read."""
    led = select(INVITATION).join(LINK, LINK.c.invitation_id == INVITATION.c.invitation_id)
    row = (await unit.connection.execute(led.where(LINK.c.hashed == hashed(secret)))).first()
    if row is None:
        raise NoSuchForm
    return _invitation(row), json.loads(row.typed) if row.typed else {}, row.language


async def keep_typed(unit: Unit, invitation_id: str, typed: dict[str, list[str]], language: str) -> None:
    """Keep what somebody typed, until they send it off."""
    row = {"typed": json.dumps(typed), "language": language, "state": "begun"}
    await _change(unit, invitation_id, row)


async def sent_off(unit: Unit, invitation_id: str) -> None:
    """Somebody has answered; what they typed is kept as an answer, and here no more.

    Of two that send at one instant, the second is refused.
    """
    await _change(unit, invitation_id, {"typed": None, "state": "answered"})


async def forget(connection: AsyncConnection, erased: Collection[str]) -> None:
    """Nothing leads any more to those who are erased, and what they typed is gone; they are not invited again.

    What they sent off tells nobody whose it is.
    """
    theirs = INVITATION.c.person_id.in_(list(erased))
    invitations = select(INVITATION.c.invitation_id).where(theirs)
    await connection.execute(delete(LINK).where(LINK.c.invitation_id.in_(invitations)))
    await connection.execute(update(INVITATION).where(theirs).values(state="erased", typed=None, language=None))


async def _change(unit: Unit, invitation_id: str, row: dict[str, Any]) -> None:
    still = update(INVITATION).where(INVITATION.c.invitation_id == invitation_id, INVITATION.c.state.in_(OPEN))
    if (await unit.connection.execute(still.values(**row))).rowcount == 0:
        raise AnsweredAlready("invitation_id")


async def counts(unit: Unit, rounds: Sequence[str]) -> dict[str, int]:
    """How many are asked in each of these rounds."""
    query = select(INVITATION.c.round_id, func.count().label("asked")).where(INVITATION.c.round_id.in_(list(rounds)))
    return {row.round_id: row.asked for row in await unit.connection.execute(query.group_by(INVITATION.c.round_id))}


def _invitation(row: Found[Any]) -> Invitation:
    return Invitation.model_validate(row, from_attributes=True)
