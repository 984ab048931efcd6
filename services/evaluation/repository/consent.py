"""Who asked not to be called, as far as evaluation has heard of it."""

from collections.abc import Iterable

from services.evaluation.domain.asking import Asked, Invitation
from shared.consent import consents, declined
from shared.events.base import NO_ENGAGEMENT
from shared.playbooks.history import History
from shared.storage import facts as kept
from shared.storage.work import Unit

INTERVIEW = "interview"
ASKED_NOT_TO_BE = "Asked not to be contacted."
"""Why somebody else is called instead of whoever said so after they were drawn."""


async def declining(unit: Unit, history: History, asked: Iterable[Asked | Invitation]) -> frozenset[str]:
    """Those of them who are not to be called in this engagement, each for the team for which they are asked."""
    whom = {(one.person_id, one.team_id) for one in asked if one.person_id}
    # What somebody says for all engagements has a line of its own, in which nobody has a seat.
    with unit.unasked():
        everywhere = await kept.histories(unit, {f"{NO_ENGAGEMENT}/{person}" for person, _ in whom})
    said = [word for one in (history, *everywhere.values()) for word in consents(one).values()]
    return frozenset(person for person, team in whom if declined(history.line, INTERVIEW, team, person, said))
