"""What if a playbook said otherwise: tried on an imagined engagement, or asked of whoever hears of a real one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.intake import repository
from services.intake.decisions import policies
from services.intake.domain import Engagement
from services.intake.handlers.openings import EXAMPLE, are_known
from shared.bus import looking_on
from shared.errors import Malformed, Problem, Unknown
from shared.events.intake import PlaybookPublished
from shared.playbooks.choice import choose
from shared.playbooks.differing import Compared
from shared.playbooks.model import read
from shared.playbooks.model.setting import SET, with_words
from shared.playbooks.planner import calendar_of
from shared.storage import facts as kept
from shared.storage.listing import MOST, Asked
from shared.storage.work import Store, Unit


@dataclass(frozen=True)
class Policy:
    """What is to be tried, and on what."""

    document: str
    changes: tuple[tuple[str, str], ...]
    """Which words, and what they should be instead."""
    start: date
    jurisdictions: Sequence[str] = ()
    engagement: str = ""


async def ruled_by(store: Store, playbook: str) -> list[Engagement]:
    """The engagements under way that a playbook rules."""
    async with store.look() as unit:
        return (await repository.ENGAGEMENTS.page(unit, Asked(limit=MOST), playbook=playbook, state="open")).items


async def tried(store: Store, asks: looking_on.Asks, policy: Policy) -> Compared | None:
    """What would be otherwise; none where that cannot be known just now. Nothing is said by it."""
    document = policy.document
    async with store.look() as unit:
        places, zone = unit.places, unit.zone
        if policy.engagement:
            document = await _ruling_text(unit, policy.engagement)
    changed = _changed(document, policy.changes)
    if policy.engagement:
        return await looking_on.what_if(asks, policy.engagement, changed)
    are_known([code for code in policy.jurisdictions if places.get(code) is None])
    books = read(document), read(changed)
    calendars = calendar_of(books[0], places, zone), calendar_of(books[1], places, zone)
    return policies.otherwise(books, policy.start, policy.jurisdictions or EXAMPLE, calendars)


def _changed(document: str, changes: Sequence[tuple[str, str]]) -> str:
    """The text with these words said otherwise; what is wrong is told by the word that it is wrong with."""
    words = policies.said_otherwise(read(document), changes)
    try:
        return with_words(document, words)
    except Malformed as error:
        told = tuple(Problem(one.field.removeprefix(SET).strip(), one.reason) for one in error.problems)
        raise Malformed("; ".join(map(str, told)), problems=told) from None


async def _ruling_text(unit: Unit, engagement_id: str) -> str:
    """The playbook that rules an engagement, in the version that it keeps."""
    history = (await kept.histories(unit, [engagement_id]))[engagement_id]
    if history.engagement is None:
        raise Unknown("engagement", engagement_id, field="engagement")
    line = f"-/{history.engagement.playbook}"
    chosen = choose((await kept.histories(unit, [line]))[line].effective, history)
    if chosen is None or not isinstance(chosen.event, PlaybookPublished):
        raise Unknown("playbook", history.engagement.playbook)
    return chosen.event.document
