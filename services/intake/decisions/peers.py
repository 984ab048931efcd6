"""Peers suggested and connected."""

from datetime import datetime

from services.intake.decisions.grounds import dated, present, team
from services.intake.domain import ConnectPeers, Known, SuggestPeers
from shared.errors import Malformed
from shared.events import intake as said
from shared.events.base import Event


def suggest(command: SuggestPeers, known: Known, now: datetime) -> list[Event]:
    """A jurisdiction was found that can help the team."""
    _another_place(command, known)
    return [command.as_event(said.PeersSuggested)]


def connect(command: ConnectPeers, known: Known, now: datetime) -> list[Event]:
    """The two were introduced, whether or not anybody had suggested it."""
    _another_place(command, known)
    return [dated(said.PeersConnected, "connected_on", command, known, now)]


def _another_place(command: SuggestPeers | ConnectPeers, known: Known) -> None:
    team_ = team(known, command.engagement_id, command.from_team, "from_team")
    present(team_, "from_team")
    if command.to_jurisdiction == team_.jurisdiction:
        raise Malformed("is the team's own jurisdiction; peers are of two", "to_jurisdiction")
