"""What a service shows to people: its routes, its templates, and its entries in the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter


@dataclass(frozen=True, slots=True)
class Entry:
    """One place that the navigation leads to."""

    label: str
    path: str
    order: int
    """Lower comes first; those of administration begin at 900 and stand apart."""
    icon: str = "topic"
    """An icon of USWDS, by its name in the sprite."""

    def is_here(self, path: str) -> bool:
        """Whether this page, or one below it, is being looked at."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True, slots=True)
class Pages:
    """All that a service shows to people."""

    router: APIRouter
    templates: Path
    entries: tuple[Entry, ...] = ()


def in_order(pages: Sequence[Pages]) -> tuple[Entry, ...]:
    """The navigation of all that runs in this process."""
    return tuple(sorted((entry for one in pages for entry in one.entries), key=lambda entry: entry.order))
