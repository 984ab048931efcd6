"""What every command to intake tells of what has to be known to decide it, beside the history of its own line."""

from dataclasses import dataclass
from typing import ClassVar

from shared.commands import Command
from shared.events.base import NO_ENGAGEMENT, Slug


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies outside a command's own line and has to be looked up before it is decided."""

    requests: tuple[str, ...] = ()
    engagements: tuple[str, ...] = ()
    playbooks: bool = False


class Asked(Command):
    """A command to intake."""

    @property
    def beside(self) -> Beside:
        """What else has to be looked up."""
        return Beside()

    @property
    def in_zone(self) -> str | None:
        """The zone in which its days begin, if the command itself tells; else its line does."""
        return None

    @property
    def place(self) -> str | None:
        """The jurisdiction that it is about, if it tells one."""
        return getattr(self, "jurisdiction", None)


class InOrOutside(Asked):
    """A command about something that may belong to an engagement, or to none (`-`)."""

    named: ClassVar[str]
    """The field that names the thing."""

    engagement_id: Slug = NO_ENGAGEMENT

    @property
    def line(self) -> str:
        if self.engagement_id != NO_ENGAGEMENT:
            return self.engagement_id
        return f"{NO_ENGAGEMENT}/{getattr(self, self.named)}"
