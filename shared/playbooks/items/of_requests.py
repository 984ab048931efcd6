"""Items outside engagements: each TA request."""

from collections.abc import Iterator

from shared.playbooks.items.ground import Ground
from shared.playbooks.items.item import Item, Values
from shared.playbooks.moments import Moment


def requests(ground: Ground) -> Iterator[Item]:
    """Each TA request that was not withdrawn."""
    for id, request in ground.history.requests.items():
        logged, answered = request.logged, request.answered
        moments = {"logged": Moment(logged.event.logged_on, logged.fact.id)}
        if answered:
            moments["answered"] = Moment(answered.event.answered_on, answered.fact.id)
        values: Values = {
            "request.topic": logged.event.topic,
            "request.jurisdiction": logged.event.jurisdiction,
            "request.source": logged.event.source,
        }
        zone = ground.calendar.places.zone_of(logged.event.jurisdiction) or ground.calendar.default_zone
        yield Item(id, zone, moments, (values,))
