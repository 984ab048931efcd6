"""Interviews: the list of calls, what is noted of each, and who was not reached."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import NamedTuple

from services.evaluation import decisions, repository
from services.evaluation.decisions import asking as deciding
from services.evaluation.domain import ReplaceAsked
from services.evaluation.domain.asking import OPEN, Invitation, Opened, of_the_team
from services.evaluation.domain.interviews import (
    CONSENTS,
    DECLINED,
    Call,
    NoteInterview,
    NoteNotReached,
    how_often,
)
from services.evaluation.handlers import sampling
from services.evaluation.repository import asking, consent, drawing, reading
from shared import use_cases
from shared.errors import Unknown
from shared.events.base import Fact
from shared.instruments import Form, Judged, judge
from shared.obligations import ledger
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.facts import Turn
from shared.storage.work import Store, Unit


class Calls(NamedTuple):
    """Who is to be called in a round, and how often each code was used so far."""

    row: Row
    calls: Sequence[Call]
    codes: Mapping[str, int]


async def listed(store: Store, round_id: str) -> Calls:
    """Whom to call in a round that is held as interviews."""
    async with store.look() as unit:
        row = await _a_round(unit, round_id)
        history = (await kept.histories(unit, [row.engagement]))[row.engagement]
        tries = await drawing.tries(unit, round_id)
        invited = [one for one in await asking.invitations(unit, round_id) if one.person_id]
        declined = await consent.declining(unit, history, [one for one in invited if one.state in OPEN])
        calls = [_call(history, one, tries, one.person_id in declined) for one in invited]
        return Calls(row, calls, how_often(await drawing.answers(unit, round_id)))


async def one(store: Store, round_id: str, person_id: str) -> tuple[Opened, Invitation]:
    """One call: the questions, and who is called."""
    async with store.look() as unit:
        return await _opened(unit, round_id, person_id)


async def note(store: Store, command: NoteInterview, patience: float) -> tuple[Judged | None, Invitation | None]:
    """Keep an interview as an answer of the round that does not say whose it is.

    Tells what is still wrong with it, if anything is; or, of whoever declines, who is called instead.
    """
    if not command.consents:
        async with store.look() as unit:
            await _a_round(unit, command.round_id)
        words = {"round_id": command.round_id, "person_id": command.person_id, "reason": DECLINED}
        return None, await sampling.give_up(store, ReplaceAsked.model_validate(words))
    opened, invitation = await one(store, command.round_id, command.person_id)
    judged = judge(opened.form, typed(opened.form, command.answers), "en", is_final=True)
    if judged.problems:
        return judged, None
    answer = deciding.interviewed(opened, judged, command, f"a-{token_hex(16)}")

    async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
        await asking.sent_off(unit, invitation.invitation_id)
        return await repository.record(unit, facts, said)

    await use_cases.obey(store, answer, repository.known, decisions.answer, record, patience)
    return None, None


async def not_reached(store: Store, command: NoteNotReached) -> None:
    """Have it on record that somebody was called in vain."""

    async def once(unit: Unit) -> None:
        _, invitation = await _opened(unit, command.round_id, command.person_id)
        await drawing.tried(unit, invitation.invitation_id)

    await use_cases.at_once(store, once)


def typed(form: Form, answers: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was answered; whoever is interviewed has consented, also where the instrument asks for it."""
    asks = any(entry.name == CONSENTS for entry in form.entries)
    return {**{name: list(told) for name, told in answers.items()}, **({CONSENTS: ["yes"]} if asks else {})}


async def _a_round(unit: Unit, round_id: str) -> Row:
    """A round of an engagement that they evaluate: what is said in a call is for nobody else."""
    row = await ledger.find(unit, round_id, "round")
    await reading.see_that_they_evaluate(unit, row.engagement)
    return row


async def _opened(unit: Unit, round_id: str, person_id: str) -> tuple[Opened, Invitation]:
    row, form = await _a_round(unit, round_id), await asking.form(unit, round_id)
    invited = await asking.invitations(unit, round_id)
    found = next((one for one in invited if one.person_id == person_id), None)
    if form is None or found is None:
        raise Unknown("call", person_id, row.engagement, "person_id")
    deciding.see_that_it_is_an_interview(row, form)
    history = (await kept.histories(unit, [row.engagement]))[row.engagement]
    deciding.see_that_they_may_be_called(found, await consent.declining(unit, history, [found]))
    return Opened(found, row, form, {}, None, "", of_the_team(invited, found.team_id)), found


def _call(history: History, one: Invitation, tries: Mapping[str, tuple[int, object]], declined: bool) -> Call:
    many, last = tries.get(one.invitation_id, (0, None))
    team = history.teams.get(one.team_id or "")
    words = {**one.model_dump(include={"person_id", "team_id", "state", "why"}), "tries": many, "tried_at": last}
    return Call.model_validate({**words, "jurisdiction": team.jurisdiction if team else None, "declined": declined})
