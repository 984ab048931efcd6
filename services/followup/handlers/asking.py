"""Writing to those whom a round asks: letters are meant as soon as it opens, and it is said who was reminded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from pydantic import ValidationError

from services.followup import repository
from services.followup.decisions import asking as decisions
from services.followup.decisions.contacts import contact_of
from services.followup.domain.asking import Asking, Meant
from services.followup.domain.mail import Claimed
from services.followup.repository import asking as rounds
from services.followup.repository import governing, mail
from shared import use_cases
from shared.bus import inviting
from shared.bus.looking_on import Asks
from shared.errors import Refused
from shared.events.base import Event, line_of, say
from shared.invited import Round
from shared.playbooks.model import Contacts
from shared.storage import facts as kept
from shared.storage.work import Store, Unit

log = structlog.get_logger()
UNANSWERED = timedelta(minutes=5)
"""How long is waited where evaluation does not answer whom a round asks."""
REFUSED = timedelta(hours=1)
"""The same where it cannot tell: an instrument is missing, perhaps."""


async def mean_letters(store: Store, asks: Asks) -> None:
    """Have letters on record to those whom open rounds ask, each once; and reminders where it is time for them."""
    async with store.look() as unit:
        due = await rounds.due(unit)
    for one in due:
        try:
            found = await inviting.whom(asks, one.round_id)
        except (Refused, ValidationError) as error:
            log.warning("round.not_told", round=one.round_id, error=type(error).__name__)
            await _look_again(store, one, REFUSED)
            continue
        if found is None:
            await _look_again(store, one, UNANSWERED)
        else:
            await use_cases.at_once(store, partial(_mean, asking=one, found=found))


async def earliest(unit: Unit) -> datetime | None:
    """When it is next time to look whom a round asks."""
    return await rounds.earliest(unit)


async def may_not_be_sent(store: Store, letter: Claimed) -> bool:
    """Whether its reader asked since not to be contacted."""
    async with store.look() as unit:
        line = line_of(letter.about[0])
        history = (await kept.histories(unit, [line]))[line]
        return decisions.declines(history, letter.person_id, letter.kind, await governing.consents(unit, [line]))


async def remind(unit: Unit, letter: Claimed) -> None:
    """Say that somebody was reminded of a form: that is a contact, unless it is about their own work."""
    line = line_of(letter.about[0])
    await kept.hold(unit, [line])
    history = (await kept.histories(unit, [line]))[line]
    if decisions.is_in_a_team(history, letter.person_id):
        await _say(unit, [decisions.reminded(history, letter.about[0], letter.person_id)])


async def _look_again(store: Store, one: Asking, wait: timedelta) -> None:
    await use_cases.at_once(store, lambda unit: rounds.look_again(unit, one.round_id, unit.now + wait))


async def _mean(unit: Unit, asking: Asking, found: Round) -> None:
    """Have those letters on record that were not yet; what policy forbids is withheld, once for ever."""
    if not (found.is_open and found.is_on_a_form):
        await rounds.over(unit, asking.round_id)
        return
    await kept.hold(unit, [asking.engagement_id])
    invitations = decisions.invitations(asking, found, unit.now)
    known = await rounds.on_record(unit, [one.letter for one in invitations])
    invited = {letter.person_id: letter for letter in known.values()}
    reminders = decisions.reminders(asking, found, invited, unit.now)
    known |= await rounds.on_record(unit, [one.letter for one in reminders])
    await _judged(unit, asking, [one for one in (*invitations, *reminders) if one.letter.letter_id not in known])
    await rounds.look_again(unit, asking.round_id, decisions.next_look(found, unit.now))


async def _judged(unit: Unit, asking: Asking, meant: Sequence[Meant]) -> None:
    history, playbook = await governing.ruled(unit, asking.engagement_id)
    policy = playbook.contacts if playbook else Contacts()
    contacts = [one for one in meant if one.is_contact]
    candidates = [decisions.candidate(asking, one, policy) for one in contacts]
    judged = await governing.judge_letters(unit, candidates)
    forbidden = {one.letter.letter_id: why for one, why in zip(contacts, judged, strict=True) if why}
    await mail.intend(unit, [decisions.judged(one.letter, forbidden.get(one.letter.letter_id)) for one in meant])
    allowed = zip(candidates, contacts, judged, strict=True)
    # A reminder counts once it was sent, as the fact says it.
    made = [
        contact_of(candidate, reached, asking.opened_at)
        for candidate, one, why in allowed
        if why is None and one.letter.kind == "invitation"
        for reached in one.reached
    ]
    await governing.write(unit, made)
    n = decisions.times_withheld(history, asking.round_id)
    spared = [one for one in contacts if one.letter.letter_id in forbidden]
    told = [decisions.withheld(asking, one, forbidden[one.letter.letter_id], n + k) for k, one in enumerate(spared, 1)]
    await _say(unit, told)


async def _say(unit: Unit, events: Sequence[Event]) -> None:
    if events:
        await repository.record(unit, [say(event, unit.now) for event in events], True)
