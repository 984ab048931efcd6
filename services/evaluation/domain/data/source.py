"""What the rows of one line are made of: an engagement's, or a request's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.events.base import Fact
from shared.instruments import Form
from shared.obligations.reconcile import Row
from shared.playbooks.history import History


@dataclass(frozen=True, slots=True)
class Source:
    """All that is known of one line, as far as tables tell of it."""

    history: History
    now: datetime
    rounds: Mapping[str, Row] = field(default_factory=dict)
    followed: Sequence[Fact] = ()
    """What followup said, and which rounds have opened."""
    forms: Mapping[str, Form] = field(default_factory=dict)
    """The questions of each round that has asked anybody."""
    invited: Mapping[str, int] = field(default_factory=dict)
    """How many people or teams each round has asked."""
    letters: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """To how many of each team letters about each round go."""
    linked: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Who gave which answer, by round and answer, of those who said that it may be known."""
