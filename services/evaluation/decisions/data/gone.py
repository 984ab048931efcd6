"""How a line was before each thing by which rows may have gone: what was taken back, corrected or changed."""

from collections.abc import Iterator
from dataclasses import replace

from services.evaluation.domain.data import Source
from shared.events.base import Event, Fact, FactRetracted
from shared.events.followup import FollowUpFellDue
from shared.events.intake import EngagementChanged, EngagementOpened, TaRequestWithdrawn, TeamLeft
from shared.events.sessions import SessionCancelled
from shared.playbooks.history import History, fold

TAKES_AWAY: tuple[type[Event], ...] = (
    # With its opening an engagement has a time zone, so a session may be on another day than it seemed.
    FactRetracted, EngagementOpened, EngagementChanged, TaRequestWithdrawn, TeamLeft, SessionCancelled,
)  # fmt: skip
"""What leaves less than there was; so does whatever says otherwise what was said already."""


def before(source: Source) -> Iterator[Source]:
    """All that was known of a line, as it was before each fact that may have taken rows away."""
    for history in _histories(source.history):
        yield replace(source, history=history)
    fallen: set[str] = set()
    for place, fact in enumerate(source.followed):
        if isinstance(fact.event, FollowUpFellDue):
            if fact.event.task_id in fallen:
                yield replace(source, followed=source.followed[:place])
            fallen.add(fact.event.task_id)


def _histories(history: History) -> Iterator[History]:
    """The history as it grew, each fact folded once: in the order in which its facts came to be known here."""
    known, waiting = History(history.line), list[Fact]()
    told: set[tuple[object, ...]] = set()
    for fact in history.facts.values():
        if isinstance(fact.event, TAKES_AWAY) or fact.slot in told:
            known, waiting = fold(known, waiting), []
            yield known
        waiting.append(fact)
        told.add(fact.slot)
