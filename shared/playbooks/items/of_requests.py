"""Items outside engagements: each TA request, and each topic in demand."""

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
        yield Item(id, zone, moments, (values,), past_until=ground.history.past_until(logged.fact))


def demands(ground: Ground) -> Iterator[Item]:
    """Each time that the topic came into demand, or grew."""
    for fact, event in ground.history.demands:
        values: Values = {"demand.topic": event.topic, "demand.jurisdictions": len(event.jurisdictions)}
        # So many may have asked since that day more than once: after the first of them had their answer.
        id = f"{event.topic}@{len(event.jurisdictions)}-{event.since}-{event.derived_id[:4]}"
        yield Item(id, ground.calendar.default_zone, {"noticed": Moment(fact.time, fact.id)}, (values,))
