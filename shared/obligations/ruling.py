"""Which playbook rules a line, and what a published text says."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from shared.errors import Malformed
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.intake import PlaybookPublished
from shared.playbooks.choice import choose_among, named, versions_of
from shared.playbooks.history import History
from shared.playbooks.model import Playbook, read
from shared.storage import facts as kept
from shared.storage.work import Unit


async def ruling(unit: Unit, history: History) -> Playbook | None:
    """The playbook that rules a line; none while it is not known."""
    return (await rulings(unit, {history.line: history}))[history.line]


async def rulings(unit: Unit, histories: Mapping[str, History]) -> dict[str, Playbook | None]:
    """The playbook that rules each of some lines."""
    return {line: read_as_published(published) for line, published in (await published_for(unit, histories)).items()}


async def published_for(unit: Unit, histories: Mapping[str, History]) -> dict[str, PlaybookPublished | None]:
    """The playbook that rules each of some lines, as it was published."""
    names = {line: named(history) for line, history in histories.items()}
    published = await kept.histories(unit, {f"{NO_ENGAGEMENT}/{name}" for name in names.values() if name is not None})
    versions = {
        name: versions_of(published[f"{NO_ENGAGEMENT}/{name}"].effective, name)
        for name in set(names.values())
        if name is not None
    }
    found: dict[str, PlaybookPublished | None] = {}
    for line, name in names.items():
        chosen = choose_among(versions[name], histories[line]) if name is not None else None
        found[line] = chosen.event if chosen and isinstance(chosen.event, PlaybookPublished) else None
    return found


def read_as_published(published: PlaybookPublished | None) -> Playbook | None:
    """The playbook that was published, if one was."""
    return understood(published) if published else None


def vouch_for(facts: Sequence[Fact]) -> None:
    """Raises BadPlaybook or Malformed where a fact publishes what is no playbook: it must not come into force."""
    for fact in facts:
        if isinstance(fact.event, PlaybookPublished):
            understood(fact.event)


@lru_cache(maxsize=256)
def understood(published: PlaybookPublished) -> Playbook:
    """A text is read once; it never changes under its version. Raises BadPlaybook, or Malformed if it names another."""
    playbook = read(published.document, f"{published.playbook} version {published.version}")
    if (playbook.playbook, playbook.version) != (published.playbook, published.version):
        raise Malformed(f"is {playbook.playbook} version {playbook.version}, not what the fact names", "document")
    return playbook
