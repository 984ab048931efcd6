"""Which playbook a history is judged by: the version that was newest when the engagement took it on, for good."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter

from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.intake import PlaybookPublished
from shared.playbooks.history import History
from shared.playbooks.model import DESK

Versions = Sequence[tuple[int, datetime, Fact]]
"""The versions of one playbook, each with when it was recorded and the fact that published it."""


def named(history: History) -> str | None:
    """The playbook that rules this history, by name; none before there is an engagement or a request."""
    if history.line.startswith(f"{NO_ENGAGEMENT}/"):
        return DESK if history.requests or history.demands else None
    return history.engagement.playbook if history.engagement else None


def choose(published: Iterable[Fact], history: History) -> Fact | None:
    """The published playbook by which a history is judged, for as long as it names the same one.

    The version that the naming fact adopts; if it tells none (or one that is not known), the highest that had been
    recorded when the naming fact was; if none had, the lowest. A correction of the naming fact is no new choice.
    """
    name = named(history)
    return choose_among(versions_of(published, name), history) if name is not None else None


def choose_among(versions: Versions, history: History) -> Fact | None:
    """The same, of the versions of the playbook that the history names."""
    naming = _naming(history)
    if naming is None:
        return None
    adopted = getattr(naming.event, "playbook_version", None)
    if told := [fact for version, _, fact in versions if version == adopted]:
        return told[0]
    when = min(fact.recorded for fact in history.revisions(naming))
    before = [fact for _, recorded, fact in versions if recorded <= when]
    return before[-1] if before else next((fact for _, _, fact in versions), None)


def versions_of(published: Iterable[Fact], name: str) -> Versions:
    """The versions of a playbook, lowest first."""
    return sorted(_versions(published, name), key=itemgetter(0))


def _versions(published: Iterable[Fact], name: str) -> Iterator[tuple[int, datetime, Fact]]:
    for fact in published:
        if isinstance(fact.event, PlaybookPublished) and fact.event.playbook == name:
            yield fact.event.version, fact.recorded, fact


def _naming(history: History) -> Fact | None:
    """The fact that names the playbook now."""
    requests = (request.logged.fact for request in history.requests.values())
    # A topic is asked about for years: each time that it comes into demand, what is in force then rules it.
    demands = (said.fact for said in reversed(history.demands))
    return history.engagement.sources["playbook"] if history.engagement else next(chain(requests, demands), None)
