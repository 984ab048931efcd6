"""Topics in demand: said once when enough jurisdictions ask, and again when as many more have come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.intake.domain import AskedBy, Request, Topic
from shared.events.intake import TopicInDemand
from shared.playbooks.model import Demand

MOST = 1000
"""Requests that one fact can name; the earliest, where there are more."""
MOST_PLACES = 100


class Asks(NamedTuple):
    """What has to be known of a request to count it: the columns of its row."""

    request_id: str
    jurisdiction: str
    logged_on: date
    topic: str
    state: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks about one topic now, and what was said of it before."""

    topic: str
    requests: tuple[Asks, ...]
    """Those that count, the earliest first."""
    said: tuple[TopicInDemand, ...] = ()
    """What was said and taken back is among it: who takes it back does not want to hear it again at once."""

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Whom to invite."""
        return tuple(sorted({request.jurisdiction for request in self.requests}))

    @property
    def new(self) -> tuple[str, ...]:
        """Those of whom nothing was said: none of their requests that still wait has been named."""
        named = {id for event in self.said for id in event.request_ids}
        told = {request.jurisdiction for request in self.requests if request.request_id in named}
        return tuple(place for place in self.jurisdictions if place not in told)


def asking(topic: str, requests: Iterable[Asks], said: Sequence[TopicInDemand], first: date) -> Asking:
    """What counts of these requests: those that wait for an answer, and were logged on that first day or later."""
    counted = [request for request in requests if request.state == "logged" and request.logged_on >= first]
    counted.sort(key=lambda request: (request.logged_on, request.request_id))
    return Asking(topic, tuple(counted), tuple(said))


def demand(asking: Asking, policy: Demand) -> list[TopicInDemand]:
    """The topic is in demand, if so many jurisdictions ask of whom nothing was said before.

    Who was answered and asks again is new again: so what was said of an answered wave does not silence the next.
    """
    if len(asking.new) < policy.jurisdictions:
        return []
    named = asking.requests[:MOST]
    words = {
        "topic": asking.topic,
        "jurisdictions": asking.jurisdictions[:MOST_PLACES],
        "request_ids": tuple(request.request_id for request in named),
        "since": named[0].logged_on,
    }
    event = TopicInDemand.model_validate(words)
    # As many on the same days as once before, who have had their answer meanwhile: said anew, not a contradiction.
    before = [other.revision for other in asking.said if other.names == event.names]
    return [event.model_copy(update={"revision": max(before, default=-1) + 1})]


def told(asking: Asking, requests: Mapping[str, Request], policy: Demand) -> Topic:
    """The topic as whoever plans an engagement sees it: whom to invite, and with which of these requests."""
    by_place: dict[str, list[Request]] = {place: [] for place in asking.jurisdictions}
    for one in asking.requests:
        by_place[one.jurisdiction].append(requests[one.request_id])
    return Topic(
        topic=asking.topic,
        called=tuple({name.casefold(): name for name in sorted({one.topic for one in asking.requests})}.values()),
        state="in_demand" if len(asking.jurisdictions) >= policy.jurisdictions else "growing",
        said=len(asking.new) < len(asking.jurisdictions),
        to_go=max(policy.jurisdictions - len(asking.new), 0),
        since=asking.requests[0].logged_on if asking.requests else None,
        invite=tuple(AskedBy(jurisdiction=place, requests=tuple(some)) for place, some in by_place.items()),
        new=asking.new,
    )
