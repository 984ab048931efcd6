"""`throughline whatif`: the real log under another policy, side by side with what was; nothing is said by it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from services.replay import BEGINNING, Played, facts_of, playbooks_in, played, published_as, unruled
from services.whatif.printing import as_json, as_text
from services.whatif.weighing import Weighed, weigh
from shared.cli.calling import facts_told
from shared.clock import WorldClock
from shared.errors import Malformed, of_file
from shared.events.base import Fact
from shared.events.intake import PlaybookPublished
from shared.events.log import end_of
from shared.playbooks.model.setting import with_words
from shared.playbooks.words import did_you_mean
from shared.shelf import whole


@dataclass(frozen=True)
class Asked:
    """What somebody wants to know."""

    playbook: str
    """A file, or the name of a playbook that the log knows."""
    settings: Sequence[str] = ()
    """Words of it that are to be said otherwise, as path=value."""
    instead_of: str | None = None
    """The playbook in whose place it rules, if not the one of its own name."""
    engagement: str | None = None
    log: Path | None = None
    playbooks: Path = Path("playbooks")
    """Where the playbooks are that a log from a file does not hold itself."""
    until: str | None = None
    api: str = ""


def run(asked: Asked, form: str) -> int:
    """Play the log twice, and print what would have been otherwise; refused lines go to standard error."""
    try:
        weighed, refused = ask(asked)
    except OSError as error:
        typer.echo(of_file(error), err=True)
        return 1
    except Malformed as error:
        typer.echo("\n".join(map(str, error.problems)), err=True)
        return 1
    for line in refused:
        typer.echo(line, err=True)
    typer.echo(as_json(weighed) if form == "json" else as_text(weighed))
    return 0


def ask(asked: Asked) -> tuple[Weighed, list[str]]:
    """What would have been otherwise, and what of the log was refused; nothing is written anywhere."""
    facts, published, refused = _log(asked)
    if asked.engagement:
        _see_that_it_is_known(asked.engagement, facts)
    policy = _policy(asked, [*published, *_published(facts)])
    now = max((fact.time for fact in facts), default=BEGINNING) if asked.log else WorldClock().now()
    end = end_of(asked.until) if asked.until else now
    others = [event for event in published if event.playbook != policy.playbook]
    log = [fact for fact in facts if not _is_of(fact, policy.playbook)]
    was, would = asyncio.run(_twice((facts, published), (log, [*others, policy]), end))
    return weigh(policy, was, would, facts, end, asked.settings, asked.engagement), [*refused, *was.refused]


def _see_that_it_is_known(engagement: str, facts: Sequence[Fact]) -> None:
    """A mistyped id would be answered with "nothing changes", and be believed."""
    known = {fact.event.engagement_id for fact in facts}
    if engagement not in known:
        hint = did_you_mean(engagement, known)
        raise Malformed(f"nothing is said there of {engagement}{hint}", "--engagement")


async def _twice(
    was: tuple[Sequence[Fact], Sequence[PlaybookPublished]],
    would: tuple[Sequence[Fact], Sequence[PlaybookPublished]],
    end: datetime,
) -> tuple[Played, Played]:
    return await played(*was, end), await played(*would, end)


def _log(asked: Asked) -> tuple[list[Fact], list[PlaybookPublished], list[str]]:
    """All that was said, the playbooks that were in force before, and what could not be read."""
    if asked.log is None:
        return facts_told(asked.api), [], []
    facts, refused = facts_of(asked.log)
    in_log = {(event.playbook, event.version) for event in _published(facts)}
    found, unsound = playbooks_in(asked.playbooks)
    published = [event for event in found if (event.playbook, event.version) not in in_log]
    return facts, published, [*refused, *unsound, *unruled(facts, published)]


def _policy(asked: Asked, known: Sequence[PlaybookPublished]) -> PlaybookPublished:
    """The other policy, as if it had been published: a file or one that is known, with some words said otherwise."""
    if (file := Path(asked.playbook)).suffix or file.is_file():
        text = whole(file, asked.playbooks).document
    else:
        versions = [event for event in known if event.playbook == asked.playbook]
        if not versions:
            names = ", ".join(sorted({event.playbook for event in known})) or "none"
            raise Malformed(f"there is no file and no playbook {asked.playbook}; known are: {names}", "--playbook")
        text = max(versions, key=lambda event: event.version).document
    settings = [*asked.settings, *([f"playbook={asked.instead_of}"] if asked.instead_of else [])]
    return published_as(with_words(text, settings, asked.playbook) if settings else text, asked.playbook)


def _published(facts: Sequence[Fact]) -> list[PlaybookPublished]:
    return [fact.event for fact in facts if isinstance(fact.event, PlaybookPublished)]


def _is_of(fact: Fact, playbook: str) -> bool:
    return isinstance(fact.event, PlaybookPublished) and fact.event.playbook == playbook
