"""`throughline playbook adopt`: an engagement takes on a newer playbook, once somebody has seen what moves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.calling import HERE, Api, call, facts_told, fail
from shared.cli.diff import as_text, now, over_facts, story_of

if TYPE_CHECKING:
    from shared.events.base import Fact
    from shared.playbooks.model import Playbook

PUBLISHED = "eng.intake.playbook_published.v1"


def adopt(
    engagement: Annotated[str, typer.Argument(help="The engagement.")],
    playbook: Annotated[str | None, typer.Option(help="Another playbook; else the one that it has.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")] = False,
    api: Api = HERE,
) -> None:
    """Let an engagement adopt the newest version of its playbook, after telling what that would move, add and drop."""
    named = playbook or call(api, "GET", f"/engagements/{engagement}")["playbook"]
    facts, published = story_of(api, engagement), facts_told(api, type=PUBLISHED)
    newest: int = call(api, "GET", f"/playbooks/{named}")["version"]
    old, new = _ruling(published, facts, engagement), _version(published, named, newest)
    if (old.playbook, old.version) == (new.playbook, new.version):
        typer.echo(f"{engagement} has {new.playbook} version {new.version} already; there is no newer one.")
        return
    typer.echo(as_text(over_facts(old, new, engagement, facts, now())))
    if not yes:
        typer.confirm(f"\nLet {engagement} adopt {new.playbook} version {new.version}?", abort=True)
    call(api, "POST", "/engagements/change", {"engagement_id": engagement, "playbook": named})
    typer.echo(f"{engagement} has {new.playbook} version {new.version} from now on; its tasks and rounds follow.")


def _ruling(published: "Sequence[Fact]", facts: "Sequence[Fact]", engagement: str) -> "Playbook":
    """The version by which the engagement is judged now."""
    from shared.playbooks.choice import choose
    from shared.playbooks.history import History, fold

    chosen = choose(published, fold(History(engagement), facts))
    if chosen is None:
        fail(f"{engagement}: no playbook rules it, so there is nothing to compare with")
    return _read(chosen)


def _version(published: "Sequence[Fact]", name: str, version: int) -> "Playbook":
    events = ((fact, getattr(fact.event, "playbook", None), getattr(fact.event, "version", 0)) for fact in published)
    found = [fact for fact, *named in events if named == [name, version]]
    if not found:
        fail(f"{name} version {version} is on its way to the tasks; try again in a moment")
    return _read(found[0])


def _read(published: "Fact") -> "Playbook":
    from shared.events.intake import PlaybookPublished
    from shared.playbooks.model import read

    assert isinstance(published.event, PlaybookPublished)
    return read(published.event.document, f"{published.event.playbook} version {published.event.version}")
