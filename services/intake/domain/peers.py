"""Peers: a team, and the jurisdiction that can help it with what it needs."""

from datetime import date
from typing import Literal

from services.intake.domain.asked import Asked
from shared.entities import Entity
from shared.events import intake as said
from shared.events.base import Day, EngagementId, Fact, Jurisdiction, Line, Slug

Pair = tuple[str, str, str]
"""From which team, to which jurisdiction, about what."""


class Peers(Entity):
    """Two that should know each other, and since when they do."""

    engagement_id: str
    from_team: str
    to_jurisdiction: str
    need: str
    state: Literal["suggested", "connected"] = "suggested"
    score: float | None = None
    connected_on: date | None = None

    @property
    def pair(self) -> Pair:
        return self.from_team, self.to_jurisdiction, self.need


class ProposedPeers(Entity):
    """A team and a jurisdiction that could help it, with what speaks for it."""

    engagement_id: str
    from_team: str
    to_jurisdiction: str
    need: str
    score: float
    """The sum of its parts, the higher the better."""
    offer: str
    parts: dict[str, float]
    """need, stage and likeness, each with what it is worth."""
    takes_part: bool
    """Whether a team of that jurisdiction is in the engagement."""
    reasons: tuple[str, ...]


def pairs(facts: tuple[Fact, ...]) -> dict[Pair, Peers]:
    """All pairs that were suggested or connected; either may come first."""
    known: dict[Pair, Peers] = {}
    for fact in facts:
        event = fact.event
        if not isinstance(event, said.PeersSuggested | said.PeersConnected):
            continue
        pair = (event.from_team, event.to_jurisdiction, event.need)
        peers = known.get(pair) or _new(event)
        if isinstance(event, said.PeersSuggested):
            known[pair] = peers.but(score=event.score)
        else:
            known[pair] = peers.but(state="connected", connected_on=event.connected_on)
    return known


def _new(event: said.PeersSuggested | said.PeersConnected) -> Peers:
    return Peers(
        engagement_id=event.engagement_id,
        from_team=event.from_team,
        to_jurisdiction=event.to_jurisdiction,
        need=event.need,
    )


class SuggestPeers(Asked):
    """Tell that a jurisdiction was found which can help a team with what it needs."""

    engagement_id: EngagementId
    from_team: Slug
    to_jurisdiction: Jurisdiction
    need: Line
    score: said.Score


class ConnectPeers(Asked):
    """Tell that the two were introduced to one another."""

    engagement_id: EngagementId
    from_team: Slug
    to_jurisdiction: Jurisdiction
    need: Line
    connected_on: Day | None = None
