"""Playbooks as they were published: the text that all services and every replay judge by."""

from datetime import datetime
from hashlib import sha256

from services.intake.domain.asked import Asked
from shared.entities import Entity
from shared.events import intake as said
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.playbooks.model import read


class Playbook(Entity):
    """One version of a playbook."""

    playbook: str
    version: int
    digest: str
    published_at: datetime
    document: str


def playbook(known: Playbook | None, fact: Fact) -> Playbook | None:
    """The version that this fact published."""
    event = fact.event
    if not isinstance(event, said.PlaybookPublished):
        return known
    return Playbook(published_at=fact.time, **event.model_dump())


def digest(document: str) -> str:
    """What tells whether two texts are one and the same."""
    return sha256(document.encode()).hexdigest()


class PublishPlaybook(Asked):
    """Put a playbook into force."""

    document: said.Document

    @property
    def line(self) -> str:
        """The line of the playbook that the text names; raises Malformed for a text that is no playbook."""
        return f"{NO_ENGAGEMENT}/{read(self.document).playbook}"
