"""Asking people: who is invited to a round, the secret links to its form, and what comes back by them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_hex

from services.evaluation import decisions, repository
from services.evaluation.decisions import asking as deciding
from services.evaluation.domain.asking import (
    SAMPLE,
    Invitation,
    Link,
    Opened,
    as_they_stand,
    goal_of,
    of_the_team,
    still_to_invite,
    still_waiting,
)
from services.evaluation.handlers import sampling
from services.evaluation.repository import asking, linking
from shared import use_cases
from shared.access.caller import ALL_RIGHTS
from shared.errors import Unknown
from shared.events.base import Fact
from shared.instruments import LANGUAGES, Form, Judged, Language, judge
from shared.instruments.shelf import found
from shared.obligations import ledger
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.facts import Turn
from shared.storage.headings import heading
from shared.storage.work import Store, Unit

MAY_BE_LINKED = "may_be_linked"
"""Under what a form sends that it may be known whose the answer is."""


async def invited(store: Store, round_id: str, folder: Path) -> list[Invitation]:
    """Have all invited whom a round asks and who are not yet; tells everybody who is."""
    async with store.look() as unit:
        row, history = await _round(unit, round_id)
        form = await asking.form(unit, round_id)
    texts = None if form else found(row.instrument or row.kind, _center(history), folder)

    async def once(unit: Unit) -> list[Invitation]:
        row, history = await _round(unit, round_id)
        deciding.see_that_it_opened(row)
        its = form or await asking.fix_form(unit, round_id, *(texts or ("", None)))
        before = await asking.invitations(unit, round_id)
        if row.ask == SAMPLE:
            new = await sampling.drawn(unit, history, row, its, before)
        else:
            new = still_to_invite(history, row, its, before, await sampling.spared(unit, history, row, its))
        if new:
            await asking.invite(unit, round_id, row.engagement, new)
        if new or form is None:
            # Reports read this line anew; of two replicas that invite the same people, the slower one looks again.
            await kept.touch(unit, row.engagement)
        return await asking.invitations(unit, round_id)

    return await use_cases.at_once(store, once)


async def listed(store: Store, round_id: str) -> list[Invitation]:
    """Everybody who is asked in a round, as far as they were invited."""
    async with store.look() as unit:
        row, history = await _round(unit, round_id)
        return as_they_stand(history, row, await asking.invitations(unit, round_id))


async def links(store: Store, round_id: str, folder: Path) -> list[Link]:
    """A new link for everybody who is asked and has not answered; each is told here and never again.

    Whoever was invited and has left since gets none.
    """
    invitations = await invited(store, round_id, folder)

    async def once(unit: Unit) -> list[Link]:
        row, history = await _round(unit, round_id)
        form = await asking.form(unit, round_id)
        waiting = still_waiting(history, row, form, invitations) if form else []
        return [
            Link(person_id=one.person_id, team_id=one.team_id, secret=await asking.link(unit, one.invitation_id))
            for one in waiting
        ]

    return await use_cases.at_once(store, once)


async def opened(store: Store, secret: str, language: Language | None = None) -> Opened:
    """What a link leads to, for whoever has it: they need no account."""
    async with _anybody(store).look() as unit:
        return await _opened(unit, secret, language)


async def save(
    store: Store, secret: str, typed: Mapping[str, Sequence[str]], language: Language
) -> tuple[Opened, Judged]:
    """Keep what was typed so far, whatever it is; tells what is still wrong with it."""

    async def once(unit: Unit) -> tuple[Opened, Judged]:
        it = await _opened(unit, secret, language)
        known = _known(it.form, typed)
        deciding.see_that_it_fits(known)
        await asking.keep_typed(unit, secret, it.invitation.invitation_id, known, language)
        return await _opened(unit, secret, language), judge(it.form, known, language, is_final=False)

    return await use_cases.at_once(_anybody(store), once)


async def send(
    store: Store, secret: str, typed: Mapping[str, Sequence[str]], language: Language, patience: float
) -> tuple[Opened, Judged]:
    """Send the answers off, if nothing is wrong with them; else they are kept as they were typed.

    So they are where a goal is judged, since the verdict alone tells whether it was reached.
    """
    it, _ = await save(store, secret, typed, language)
    judged = judge(it.form, it.typed, language, is_final=True)
    if judged.problems or it.judged_at:
        return it, judged
    # Not an id that sorts by time: it would tell in which order people answered.
    command = deciding.answered(it, judged, f"a-{token_hex(16)}")

    async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
        await asking.sent_off(unit, it.invitation.invitation_id)
        if it.may_be_linked and list(typed.get(MAY_BE_LINKED, ())) == ["yes"]:
            await linking.link(unit, it.invitation.round_id, command.answer_id, str(it.invitation.person_id))
        return await repository.record(unit, facts, said)

    await use_cases.obey(_anybody(store), command, repository.known, decisions.answer, record, patience)
    return await opened(store, secret, language), judged


async def take_back(store: Store, secret: str) -> Opened:
    """They want no more that it is known what they answered; possible as long as the round is open."""

    async def once(unit: Unit) -> Opened:
        it = await _opened(unit, secret, None)
        deciding.see_that_it_can_be_taken_back(it, unit.now)
        await linking.unlink(unit, it.invitation.round_id, str(it.invitation.person_id))
        # So that whoever has taken data reads it anew, without them.
        await kept.touch(unit, it.row.engagement)
        return await _opened(unit, secret, None)

    return await use_cases.at_once(_anybody(store), once)


async def _opened(unit: Unit, secret: str, language: Language | None) -> Opened:
    invitation, typed, spoken = await asking.by_link(unit, secret)
    row, form = await ledger.find(unit, invitation.round_id, "round"), await asking.form(unit, invitation.round_id)
    if form is None:
        raise Unknown("form", invitation.round_id)
    reads = language or next((one for one in LANGUAGES if one == spoken), None)
    about = await heading(unit, invitation.engagement_id)
    same = of_the_team(await asking.invitations(unit, invitation.round_id), invitation.team_id)
    is_linked = await linking.is_linked(unit, invitation.round_id, invitation.person_id)
    goal = goal_of((await kept.histories(unit, [row.engagement]))[row.engagement], row) if row.kind == "goal" else None
    return Opened(invitation, row, form, typed, reads, about.title, same, is_linked, about.time_zone, goal)


async def _round(unit: Unit, round_id: str) -> tuple[Row, History]:
    row = await ledger.find(unit, round_id, "round")
    return row, (await kept.histories(unit, [row.engagement]))[row.engagement]


def _center(history: History) -> str:
    return str(history.engagement.words.get("center", "")) if history.engagement else ""


def _known(form: Form, typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was typed into the fields of the form; what else was sent along is nobody's answer."""
    return {entry.name: list(typed[entry.name]) for entry in form.entries if any(typed.get(entry.name, ()))}


def _anybody(store: Store) -> Store:
    """The secret is what gives the right: whoever has it is nobody else's caller."""
    return store.asked_by(ALL_RIGHTS)
