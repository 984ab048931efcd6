"""What followup says: how each task came, moved, fell due and ended; contacts made and contacts withheld."""

from typing import ClassVar, Literal

from shared.events.base import Event, FactRetracted, line_of
from shared.events.fields import Change, Contact, Day, FactId, Ids, Instant, Key, Keys, Line, Slug, Text


class OfTask(Event):
    """Something about one task; of a task that a request obliges, the engagement is `-`."""

    identity: ClassVar[tuple[str, ...]] = ("task_id", "n")

    task_id: Key
    n: Change = 0

    @property
    def line(self) -> str:
        """A task belongs to the history of what it is about."""
        return line_of(self.task_id)


class Planned(OfTask):
    """The words that a task's plan is made of."""

    rule: Slug
    title: Line
    to: Slug
    team_id: Slug | None = None
    due_at: Instant
    because: FactId

    @property
    def from_ledger(self) -> bool:
        return True


class FollowUpScheduled(Planned):
    """A fact obliges somebody to do something by a date."""

    type: ClassVar = "eng.followup.follow_up_scheduled.v1"


class FollowUpMoved(Planned):
    """The reason of a task moved, and the task with it."""

    type: ClassVar = "eng.followup.follow_up_moved.v1"

    was: Instant | None = None


class FollowUpWithdrawn(Planned):
    """The reason of a task went, and the task with it."""

    type: ClassVar = "eng.followup.follow_up_withdrawn.v1"

    reason: Text | None = None


class FollowUpFellDue(Planned):
    """It is time: the task is on its person's desk."""

    type: ClassVar = "eng.followup.follow_up_fell_due.v1"

    contact: Contact | None = None
    """For what it reaches out to a team, if it does."""


class FollowUpLapsed(Planned):
    """Nobody did the task, and now it is too late for it."""

    type: ClassVar = "eng.followup.follow_up_lapsed.v1"

    reason: Text | None = None


class FollowUpDone(OfTask):
    """The task is done: by a person's hand, or by the fact named in `because`."""

    type: ClassVar = "eng.followup.follow_up_done.v1"
    happened: ClassVar = "on"

    person_id: Slug | None = None
    on: Day
    note: Text | None = None
    because: FactId | None = None

    @property
    def from_ledger(self) -> bool:
        return self.because is not None


class FollowUpSkipped(OfTask):
    """Somebody decided that the task need not be done, and said why."""

    type: ClassVar = "eng.followup.follow_up_skipped.v1"
    happened: ClassVar = "on"

    person_id: Slug | None = None
    on: Day
    reason: Text


class FollowUpSnoozed(OfTask):
    """Somebody put the task off until a later day."""

    type: ClassVar = "eng.followup.follow_up_snoozed.v1"
    identity: ClassVar = ("task_id", "n", "on", "until")
    happened: ClassVar = "on"

    person_id: Slug | None = None
    on: Day
    until: Day
    note: Text | None = None


class FollowUpHandedOver(OfTask):
    """The task is somebody else's now."""

    type: ClassVar = "eng.followup.follow_up_handed_over.v1"
    identity: ClassVar = ("task_id", "n", "on", "to")
    happened: ClassVar = "on"

    person_id: Slug | None = None
    on: Day
    to: Slug
    note: Text | None = None


class FollowUpEscalated(OfTask):
    """The task waited too long: somebody above is told."""

    type: ClassVar = "eng.followup.follow_up_escalated.v1"
    happened: ClassVar = "on"

    on: Day
    to: Slug

    @property
    def from_ledger(self) -> bool:
        return True


class ContactSuppressed(OfTask):
    """A team or person was not contacted, because policy forbids it.

    The task has lapsed without falling due; with `left_out`, it fell due for all but these teams. With a `person_id`,
    a letter about the round `task_id` was not written to that person.
    """

    type: ClassVar = "eng.followup.contact_suppressed.v1"

    team_id: Slug | None = None
    rule: Literal["window", "cap", "consent", "quota"]
    due_at: Instant | None = None
    reason: Text | None = None
    used_up_by: Keys = ()
    """The contacts that used up what the policy allows."""
    left_out: Ids = ()
    """Of a contact with several teams at once, those that it leaves out."""
    person_id: Slug | None = None
    """Of a letter about a round, to whom it did not go; the round itself is open all the same."""
    letter: Literal["invitation", "reminder"] | None = None
    """Of a letter about a round, which one did not go; what was said by an earlier version does not tell."""

    @property
    def from_ledger(self) -> bool:
        return self.person_id is None


class ReminderSent(OfTask):
    """A person was reminded."""

    type: ClassVar = "eng.followup.reminder_sent.v1"
    identity: ClassVar = ("task_id", "n", "channel", "person_id")

    channel: Slug
    person_id: Slug


class FollowupFactRetracted(FactRetracted):
    """A fact that followup said was a mistake: it never was."""

    type: ClassVar = "eng.followup.fact_retracted.v1"


EVENTS: tuple[type[Event], ...] = (
    FollowUpScheduled, FollowUpMoved, FollowUpWithdrawn, FollowUpFellDue, FollowUpLapsed, FollowUpDone,
    FollowUpSkipped, FollowUpSnoozed, FollowUpHandedOver, FollowUpEscalated, ContactSuppressed, ReminderSent,
    FollowupFactRetracted,
)  # fmt: skip
