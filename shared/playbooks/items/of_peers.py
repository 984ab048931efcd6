"""Items about peers: each team and the jurisdiction that can help it with one need."""

import re
from collections.abc import Iterator
from hashlib import sha256

from shared.playbooks.items.ground import Ground
from shared.playbooks.items.item import Item, Values
from shared.playbooks.moments import Moment, Moments
from shared.playbooks.views import Pair

LONGEST = 40
"""Letters of a need that an id keeps."""


def peers(ground: Ground) -> Iterator[Item]:
    """Each pair that was suggested or connected, as long as the team takes part."""
    for (team_id, place, need), pair in ground.history.peers.items():
        if team_id in ground.teams:
            values: Values = {"peers.to_jurisdiction": place, "peers.need": need}
            around = (values, ground.team_values[team_id], ground.around)
            yield Item(f"{team_id}@{place}/{slug(need)}", ground.zones[team_id], _moments(pair), around, team_id)


def slug(need: str) -> str:
    """A need as a part of an id; what a slug can not spell is told apart by a digest, whatever else is needed."""
    plain = re.sub(r"[^a-z0-9]+", "-", need.lower()).strip("-")[:LONGEST].strip("-")
    if plain.replace("-", " ") == need:
        return plain
    return f"{plain}-{sha256(need.encode()).hexdigest()[:8]}".strip("-")


def _moments(pair: Pair) -> Moments:
    moments: Moments = {}
    if pair.suggested:
        moments["suggested"] = Moment(pair.suggested.fact.time, pair.suggested.fact.id)
    if pair.connected:
        moments["connected"] = Moment(pair.connected.event.connected_on, pair.connected.fact.id)
    return moments
