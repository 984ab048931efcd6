"""What followup needs to write to those whom a round asks: who they are, and a link when a letter goes out."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from services.evaluation.decisions import asking as deciding
from services.evaluation.domain.asking import Invitation, goal_of, is_judged, still_waiting, verdict_at, written_to
from services.evaluation.handlers import asking as inviting
from services.evaluation.repository import FOLLOWING, asking
from shared import use_cases
from shared.errors import Unknown
from shared.instruments import Form, Said
from shared.invited import MOST, Both, Forms, OfGoal, OfPerson, OfRound, Round, ToForm, Waiting
from shared.obligations import ledger
from shared.obligations.following import owed
from shared.obligations.reconcile import Row
from shared.obligations.ruling import ruling
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.headings import heading
from shared.storage.work import Store, Unit


async def whom(store: Store, wanted: OfRound, folder: Path) -> Round:
    """Whom an open round asks who has not answered; whoever was not invited yet, is now."""
    async with store.look() as unit:
        row = await ledger.find(unit, wanted.round_id, "round")
        is_open = deciding.is_open(row, unit.now)
    if not is_open:
        return Round(engagement_id=row.engagement, is_open=False, is_on_a_form=False)
    await inviting.invited(store, wanted.round_id, folder)
    async with store.look() as unit:
        row, history, form = await _asked(unit, wanted.round_id)
        invited = await asking.invitations(unit, wanted.round_id)
        waiting = [one for one in still_waiting(history, row, form, invited) if one.invitation_id > wanted.after]
        told = waiting[:MOST]
        return Round(
            engagement_id=row.engagement,
            is_open=deciding.is_open(row, unit.now),
            is_on_a_form=form.instrument.held_as == "form",
            closes_at=row.closes_at,
            remind_at=await _remind_at(unit, row, history),
            waiting=tuple(_waiting(history, one) for one in told),
            after=told[-1].invitation_id if len(waiting) > MOST else None,
        )


async def forms(store: Store, wanted: OfPerson) -> Forms:
    """New links to what one person is asked in an open round, for the letter that goes to them now.

    Raises AskedNoMore where they have answered, left, or the round is over.
    """

    async def once(unit: Unit) -> Forms:
        row, history, form = await _asked(unit, wanted.round_id)
        theirs = [
            one
            for one in still_waiting(history, row, form, await asking.invitations(unit, wanted.round_id))
            if wanted.person_id in written_to(history, one)
        ]
        deciding.see_that_it_still_asks(row, theirs, unit.now)
        return Forms(
            title=_both(form.instrument.title),
            intro=_both(form.instrument.intro),
            engagement_title=(await heading(unit, row.engagement)).title,
            closes_at=row.closes_at,
            zone=row.zone,
            forms=await _forms(unit, row, history, theirs),
            goal=_goal(row, history),
        )

    return await use_cases.at_once(store, once)


async def _asked(unit: Unit, round_id: str) -> tuple[Row, History, Form]:
    row, form = await ledger.find(unit, round_id, "round"), await asking.form(unit, round_id)
    if form is None:
        raise Unknown("form", round_id)
    return row, (await kept.histories(unit, [row.engagement]))[row.engagement], form


async def _remind_at(unit: Unit, row: Row, history: History) -> tuple[datetime, ...]:
    planned = owed(unit, await ruling(unit, history), history, FOLLOWING.keeps).get(row.key)
    return planned.remind_at if planned else ()


def _waiting(history: History, one: Invitation) -> Waiting:
    team = history.teams.get(one.team_id or "")
    return Waiting(
        people=written_to(history, one), team_id=one.team_id, jurisdiction=team.jurisdiction if team else None
    )


def _goal(row: Row, history: History) -> OfGoal | None:
    if (goal := goal_of(history, row)) is None:
        return None
    return OfGoal(statement=goal.statement, by=goal.by, indicator=goal.indicator, is_judged=is_judged(row))


async def _forms(unit: Unit, row: Row, history: History, theirs: Sequence[Invitation]) -> tuple[ToForm, ...]:
    """The ways to the forms of one person; a goal is judged at its own place, and needs no secret link."""
    if is_judged(row) and goal_of(history, row):
        return (ToForm(path=verdict_at(row.engagement, row.item)),)
    return tuple([await _to_form(unit, history, one) for one in theirs])


async def _to_form(unit: Unit, history: History, one: Invitation) -> ToForm:
    """The way to a form; where a whole team answers, the letter tells for which place."""
    team = history.teams.get(one.team_id or "") if one.person_id is None else None
    path = f"/app/answer/{await asking.link(unit, one.invitation_id)}"
    return ToForm(path=path, jurisdiction=team.jurisdiction if team else None)


def _both(said: Said) -> Both:
    return Both(en=said.en, es=said.es)
