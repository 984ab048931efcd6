"""Drawing samples: who is asked in a round of which one person of each team is, and who comes instead of whom."""

from services.evaluation.decisions import asking as deciding
from services.evaluation.domain import ReplaceAsked
from services.evaluation.domain.asking import OPEN, SAMPLE, Asked, Invitation, frame, people_of, still_to_draw
from services.evaluation.domain.sampling import Draw, instead, one_of_each
from services.evaluation.repository import asking, consent, drawing
from shared import use_cases
from shared.errors import Unknown
from shared.instruments import Form
from shared.obligations import ledger
from shared.obligations.reconcile import Row
from shared.obligations.ruling import ruling
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.work import Store, Unit


async def drawn(unit: Unit, history: History, row: Row, form: Form, invited: list[Invitation]) -> list[Asked]:
    """Draw from those teams of which nobody is drawn, as far as the quota of interviews has room; it is on record."""
    most, not_asked = await _most(unit, history, row, form), await spared(unit, history, row, form)
    there = await _without(unit, row, invited, not_asked)
    teams, without, room = still_to_draw(history, row, there, not_asked, most)
    found = one_of_each(row.key, teams, room, without)
    if found:
        n = await drawing.next_number(unit, row.key)
        made = Draw(round_id=row.key, n=n, seed=row.key, frame=teams, without=without, drawn=found, drawn_at=unit.now)
        await drawing.keep(unit, made)
    return [Asked(one.person_id, one.team_id) for one in found]


async def spared(unit: Unit, history: History, row: Row, form: Form | None) -> frozenset[str]:
    """Who is not asked: whoever was erased, and where people are called, whoever asked not to be contacted.

    What is sent as a letter is judged when it would go out.
    """
    erased = await asking.forgotten(unit)
    if form is None or form.instrument.held_as != "interview":
        return erased
    invited = await asking.invitations(unit, row.key)
    return erased | await consent.declining(unit, history, [*people_of(history, row), *invited])


async def replace(store: Store, command: ReplaceAsked) -> Invitation | None:
    """Have somebody else asked, of the same team or else of the same jurisdiction; nobody, where all were asked.

    Only of a sample.
    """
    async with store.look() as unit:
        deciding.see_that_it_is_a_sample(await ledger.find(unit, command.round_id, "round"))
    return await give_up(store, command)


async def give_up(store: Store, command: ReplaceAsked) -> Invitation | None:
    """Ask somebody no more, in a round of any kind; of a sample somebody else comes instead, if there is anybody."""

    async def once(unit: Unit) -> Invitation | None:
        row = await ledger.find(unit, command.round_id, "round")
        history = (await kept.histories(unit, [row.engagement]))[row.engagement]
        invited = await asking.invitations(unit, row.key)
        gone = next((one for one in invited if one.person_id == command.person_id), None)
        if gone is None:
            raise Unknown("invitation", command.person_id, row.engagement, "person_id")
        await asking.replaced(unit, gone.invitation_id, command.reason)
        is_sample = row.ask == SAMPLE
        new = await _instead(unit, history, row, gone, invited, command.reason) if is_sample else None
        # Of two replicas at one round, the slower one looks again.
        await kept.touch(unit, row.engagement)
        return new

    return await use_cases.at_once(store, once)


async def draws(store: Store, round_id: str) -> list[Draw]:
    """How the sample of a round was drawn, so that anybody can draw it again."""
    async with store.look() as unit:
        await ledger.find(unit, round_id, "round")
        return await drawing.draws(unit, round_id)


async def _without(unit: Unit, row: Row, invited: list[Invitation], not_asked: frozenset[str]) -> list[Invitation]:
    """Who stays in a sample: whoever was drawn and asked not to be contacted since is called no more."""
    gone = [one for one in invited if one.state in OPEN and one.person_id in not_asked]
    for one in gone:
        await asking.replaced(unit, one.invitation_id, consent.ASKED_NOT_TO_BE)
    if gone:
        await kept.touch(unit, row.engagement)
    return [one.model_copy(update={"state": "replaced"}) if one in gone else one for one in invited]


async def _instead(
    unit: Unit, history: History, row: Row, gone: Invitation, invited: list[Invitation], reason: str
) -> Invitation | None:
    not_asked = await spared(unit, history, row, await asking.form(unit, row.key))
    without = sorted({one.person_id for one in invited if one.person_id} | not_asked)
    teams = frame(history, row)
    found = instead(row.key, teams, gone.team_id or "", without)
    if found is None:
        return None
    told = {"round_id": row.key, "seed": row.key, "frame": teams, "without": tuple(without), "drawn": (found,)}
    why = {"instead_of": gone.person_id, "reason": reason, "drawn_at": unit.now}
    n = await drawing.next_number(unit, row.key)
    await drawing.keep(unit, Draw.model_validate({**told, **why, "n": n}))
    await asking.invite(unit, row.key, row.engagement, [Asked(found.person_id, found.team_id)])
    return next(one for one in await asking.invitations(unit, row.key) if one.person_id == found.person_id)


async def _most(unit: Unit, history: History, row: Row, form: Form) -> int | None:
    """How many may still be asked: of interviews, what the policy of the playbook leaves in the whole engagement."""
    if form.instrument.held_as != "interview":
        return None
    playbook = await ruling(unit, history)
    if playbook is None:
        return None
    return max(playbook.contacts.interviews - await drawing.interviews_beside(unit, row.engagement, row.key), 0)
