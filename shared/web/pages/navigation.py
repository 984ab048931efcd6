"""What a service shows to people: its routes, its templates, and its entries in the navigation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.access.caller import Caller, Role
from shared.web.routes import Routes

TABS: Mapping[str, str] = {"": "Overview", "/teams": "Teams", "/sessions": "Sessions", "/outcomes": "Outcomes"}
"""The pages of an engagement, each of the service that owns what is on it, by what follows its address."""

APART = 900
"""From this order on stands what only administrators see, apart from what is everybody's."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place that the navigation leads to."""

    label: str
    path: str
    order: int
    """Lower comes first."""
    icon: str = "topic"
    """An icon of USWDS, by its name in the sprite."""
    roles: frozenset[Role] = frozenset()
    """Who sees it; empty for everybody."""
    but: tuple[str, ...] = ()
    """What lies below it and is a place of its own."""

    def is_for(self, caller: Caller) -> bool:
        """Whether it is shown to whoever asks."""
        return not self.roles or not self.roles.isdisjoint(caller.roles)

    def is_here(self, path: str) -> bool:
        """Whether this page, or one below it, is being looked at."""
        return path == self.path or (path.startswith(f"{self.path}/") and path not in self.but)


@dataclass(frozen=True, slots=True)
class Pages:
    """All that a service shows to people."""

    router: Routes
    templates: Path
    entries: tuple[Entry, ...] = ()


def in_order(pages: Sequence[Pages]) -> tuple[Entry, ...]:
    """The navigation of all that runs in this process."""
    return tuple(sorted((entry for one in pages for entry in one.entries), key=lambda entry: entry.order))
