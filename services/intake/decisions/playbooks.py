"""Playbooks: published when they are sound, each version once."""

from datetime import datetime

from services.intake.domain import Known, PublishPlaybook
from services.intake.domain.playbooks import digest
from shared.errors import Conflict, Malformed
from shared.events import intake as said
from shared.events.base import Event
from shared.playbooks.model import read
from shared.playbooks.never import never


class PublishedOtherwise(Conflict):
    """Version {version} of {playbook} is published with other content, or on another base. Give it version: {next}."""


class Outdated(Conflict):
    """Version {version} of {playbook} is older than {newest}, the newest that is published. Give it version: {next}."""


def publish(command: PublishPlaybook, known: Known, now: datetime) -> list[Event]:
    """A sound playbook comes into force; an unsound one changes nothing."""
    playbook = read(command.document)
    if problems := never(playbook, command.document):
        raise Malformed("; ".join(str(problem) for problem in problems), "document", tuple(problems))
    if command.revision:
        raise Malformed("must be 0: a playbook is corrected by its next version", "revision")
    event = said.PlaybookPublished(
        playbook=playbook.playbook,
        version=playbook.version,
        document=command.document,
        digest=digest(command.document),
    )
    newest = max((other.version for other in known.playbooks.values()), default=0)
    details = {"playbook": event.playbook, "version": event.version, "newest": newest, "next": newest + 1}
    if (other := next((p for p in known.playbooks.values() if p.version == event.version), None)) is not None:
        if other.document != event.document:
            raise PublishedOtherwise("version", **details)
    elif event.version < newest:
        raise Outdated("version", **details)
    return [event]
