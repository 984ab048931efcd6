"""Which playbook a history is judged by: the version that was newest when the engagement took it on, for good."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter

from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.intake import PlaybookPublished
from shared.playbooks.history import History
from shared.playbooks.model import DESK


def named(history: History) -> str | None:
    """The playbook that rules this history, by name; none before there is an engagement or a request."""
    if history.line.startswith(f"{NO_ENGAGEMENT}/"):
        return DESK if history.requests else None
    return history.engagement.playbook if history.engagement else None


def choose(published: Iterable[Fact], history: History) -> Fact | None:
    """The published playbook by which a history is judged, for as long as it names the same one.

    The highest version that had been recorded when the naming fact was; if none had, the lowest. A correction of the
    naming fact is no new choice.
    """
    name, when = named(history), _named_at(history)
    if name is None or when is None:
        return None
    versions = sorted(_versions(published, name), key=itemgetter(0))
    before = [fact for _, recorded, fact in versions if recorded <= when]
    return before[-1] if before else next((fact for _, _, fact in versions), None)


def _versions(published: Iterable[Fact], name: str) -> Iterator[tuple[int, datetime, Fact]]:
    for fact in published:
        if isinstance(fact.event, PlaybookPublished) and fact.event.playbook == name:
            yield fact.event.version, fact.recorded, fact


def _named_at(history: History) -> datetime | None:
    """When the playbook was first named by the fact that names it now."""
    requests = (request.logged.fact for request in history.requests.values())
    naming = history.engagement.sources["playbook"] if history.engagement else next(requests, None)
    return min(fact.recorded for fact in history.revisions(naming)) if naming is not None else None
