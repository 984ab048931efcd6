"""What followup knows of a task, and what it may be asked to do with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.commands import Command
from shared.events.base import Day, Key, Slug, Text, line_of
from shared.obligations.reconcile import Row
from shared.playbooks.planner import UNTOUCHED
from shared.playbooks.views import Mark


@dataclass(frozen=True)
class Known:
    """All tasks of one line, what was done to them, and the zone in which its days begin."""

    zone: ZoneInfo
    tasks: Mapping[str, Row]
    marks: Mapping[str, Mark]
    """What people did to them by hand."""

    def mark(self, task_id: str) -> Mark:
        """What people did to this task."""
        return self.marks.get(task_id, UNTOUCHED)


class OfTask(Command):
    """A command about one task; its line is its engagement, or the request that it is about."""

    task_id: Key
    person_id: Slug | None = None
    on: Day | None = None

    @property
    def line(self) -> str:
        return line_of(self.task_id)


class DoTask(OfTask):
    """Tell that a task is done; late is not too late."""

    note: Text | None = None


class SkipTask(OfTask):
    """Decide that a task need not be done, and say why."""

    reason: Text


class SnoozeTask(OfTask):
    """Put a task off until a later day."""

    until: Day
    note: Text | None = None


class HandOverTask(OfTask):
    """Give a task to another role."""

    to: Slug
    note: Text | None = None
