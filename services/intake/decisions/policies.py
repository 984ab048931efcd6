"""Another policy, tried before anybody says it: which words of a playbook can be changed, and what would come of it."""

from collections.abc import Iterator, Sequence
from datetime import date

from shared.entities import Entity
from shared.errors import Malformed, Problem
from shared.playbooks.calendar import Calendar
from shared.playbooks.comparing import compare
from shared.playbooks.describe import plainly
from shared.playbooks.differing import Compared
from shared.playbooks.imagined import forecast
from shared.playbooks.model import Playbook, Rule


class Setting(Entity):
    """One word of a playbook that can be said otherwise."""

    path: str
    label: str
    now: str
    """As it is said now; empty where it is a whole rule, which can be left out."""

    @property
    def is_rule(self) -> bool:
        return self.path.startswith("rules.") and self.path.count(".") == 1


def settings(playbook: Playbook) -> list[Setting]:
    """What can be changed: a few words at the head, then those of each rule."""
    return [*_of_head(playbook), *(one for rule in playbook.rules for one in _of_rule(rule))]


def said_otherwise(playbook: Playbook, changes: Sequence[tuple[str, str]]) -> list[str]:
    """The changes as the grammar takes them (`path=value`); Malformed names what cannot be changed, or not so."""
    known = {one.path: one for one in settings(playbook)}
    wrong = [Problem(path, why) for path, value in changes if (why := _why_not(known.get(path), value))]
    if wrong:
        raise Malformed("; ".join(map(str, wrong)), problems=tuple(wrong))
    return [f"{path}={'' if known[path].is_rule else value}" for path, value in changes]


def otherwise(
    books: tuple[Playbook, Playbook],
    start: date,
    jurisdictions: Sequence[str],
    calendars: tuple[Calendar, Calendar],
) -> Compared:
    """What a second playbook would make otherwise of the imagined engagement than the first."""
    before, after = (
        {it.owed.key: it.owed for it in forecast(book, start, jurisdictions, calendar)}
        for book, calendar in zip(books, calendars, strict=True)
    )
    return Compared.of(compare(before, after))


def _why_not(setting: Setting | None, value: str) -> str:
    if setting is None:
        return "is nothing that can be changed in this playbook"
    return "" if setting.is_rule or value else "say what it should be instead"


def _of_head(playbook: Playbook) -> Iterator[Setting]:
    sessions, window = playbook.sessions, playbook.window
    yield Setting(path="sessions.planned", label="Planned sessions", now=_now(sessions.planned))
    yield Setting(path="sessions.every", label="From one session to the next", now=_now(sessions.every))
    if window:
        yield Setting(path="window.wait", label="How long teams may be contacted", now=_now(window.wait))
    yield Setting(path="calendar.at", label="The hour at which things fall due", now=f"{playbook.calendar.at:%H:%M}")


def _of_rule(rule: Rule) -> Iterator[Setting]:
    path, what = f"rules.{rule.name}", plainly(rule)
    clause = f"{'after' if rule.due.after else 'before'} {rule.scope.moments[rule.due.moment].clause}"
    yield Setting(path=f"{path}.due.wait", label=f"{what}: how long {clause}", now=_now(rule.due.wait))
    if rule.repeat:
        yield Setting(path=f"{path}.repeat.every", label=f"{what}: how often", now=_now(rule.repeat.every))
    if rule.escalate:
        label = f"{what}: how long until the {rule.escalate.to} is told"
        yield Setting(path=f"{path}.escalate.wait", label=label, now=_now(rule.escalate.wait))
    yield Setting(path=path, label=f"{what}: leave it out", now="")


def _now(value: object) -> str:
    return "" if value is None else str(value)
