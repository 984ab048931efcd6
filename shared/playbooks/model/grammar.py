"""The grammar of playbooks: what program staff may write, and what each word means."""

from functools import cached_property, partial
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from shared.events.base import Line, Slug
from shared.events.evaluation import Kind
from shared.events.fields import Contact
from shared.events.intake import About, Version
from shared.playbooks.calendar import Roll
from shared.playbooks.model.contacts import Contacts, OfContact, Priority
from shared.playbooks.model.guard import Guard, Wrong, read_guard
from shared.playbooks.model.header import Demand, Sessions, Teams, Window, Words, WorkingCalendar
from shared.playbooks.model.schema import allow_extending, spell_out_scopes, spell_out_waits
from shared.playbooks.model.title import Title, read_title
from shared.playbooks.scopes import SCOPES, moment, resolve
from shared.playbooks.wait import NO_WAIT, LongerThanNothing, Wait
from shared.playbooks.words import Scope, ScopeName, UnknownWord

DESK = "desk"
"""The playbook that rules requests and the topics in demand, which stand outside engagements."""
OUTSIDE: tuple[ScopeName, ...] = ("request", "demand")
"""What the desk rules, and no other playbook can."""
TASK = "task"
DEFAULT_GRACE = Wait(5, "business days")
OF_ROUNDS = ("instrument", "ask", "open_for", "remind", "title")
"""What only an evaluation can say."""


class Due(Words):
    """When it is due: so long after a moment, or before it."""

    wait: Wait = NO_WAIT
    """How long: days, business days, weeks or months. Without it: on that day."""
    after: str | None = None
    """The moment from which it counts."""
    before: str | None = None
    """The moment before which it counts."""
    roll: Roll | None = None
    """What becomes of a date on a day off, if not what the calendar says."""

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        if (self.after is None) == (self.before is None):
            raise ValueError("needs one moment: after or before")
        return self

    @property
    def moment(self) -> str:
        return self.after or self.before or ""


class Repeat(Words):
    """How it comes again and again."""

    every: LongerThanNothing
    """From one to the next; each is counted from the moment itself."""
    times: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    """How many there are."""
    until: str | None = None
    """The moment after which there are no more."""


class Escalate(Words):
    """Who hears of it when nobody does it."""

    wait: Wait
    """Counted from the due date."""
    to: Slug
    """The role that is told."""


class Rule(Words):
    """Which items oblige whom to do what by when."""

    model_config = ConfigDict(json_schema_extra=spell_out_scopes)

    name: Slug
    """Part of each obligation's key: once a playbook is in use, keep it."""
    each: ScopeName
    """What it stands on: one obligation for each of these."""
    when: dict[str, Any] = Field(default_factory=dict)
    """Only the items of which this is true."""
    task: Line | None = None
    """What is to be done, with placeholders like {team.jurisdiction}."""
    evaluation: Kind | None = None
    """What kind of evaluation round opens."""
    title: Line | None = None
    """What the evaluation round is called, with placeholders."""
    to: Slug | None = None
    """The role that it is for: facilitator, evaluator, supervisor, or a role of a team."""
    due: Due
    """When."""
    repeat: Repeat | None = None
    """How often, if more than once."""
    needs: About | None = None
    """The approval without which it is held back."""
    done_by: str | None = None
    """The moment that makes it done, whoever did it."""
    contact: OfContact = False
    """Whether it reaches out to a team, and for what; then it obeys the window, the caps and the team's consent."""
    priority: Priority = "normal"
    """Which contacts go first where a cap leaves no room for all."""
    grace: Wait = DEFAULT_GRACE
    """How long after due it counts as overdue."""
    escalate: Escalate | None = None
    """Who hears of it when it stays undone."""
    lapse: Wait | None = None
    """How long after due it is too late for it; without it never, or when the window closes."""
    instrument: Slug | None = None
    """The questions that are asked; without it the one named like the kind."""
    ask: Slug = "members"
    """Who is asked."""
    open_for: LongerThanNothing | None = None
    """How long the round stays open; without it until somebody closes it."""
    remind: tuple[Wait, ...] = ()
    """How long after opening those who have not answered are reminded."""

    @model_validator(mode="after")
    def _speaks_of_what_there_is(self) -> Self:
        wrong = [*self._wrong_kind(), *self._wrong_moments(), *self._wrong_title()]
        wrong += [(("when", *where), reason) for where, reason in self._read_guard[1]]
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, [_detail(*each) for each in wrong])
        return self

    @property
    def scope(self) -> Scope:
        return SCOPES[self.each]

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The attributes of an item on which what it obliges depends."""
        return tuple(dict.fromkeys((*self.guard.reads, *self.heading.attributes)))

    @cached_property
    def waits_for(self) -> tuple[str, ...]:
        """The moments of an item on which what it obliges depends."""
        named = (self.due.moment, self.done_by, self.repeat.until if self.repeat else None)
        return tuple(name for name in named if name is not None)

    @property
    def kind(self) -> str:
        """`task`, or the kind of evaluation."""
        return self.evaluation or TASK

    @property
    def role(self) -> str:
        """Whom it is for."""
        return self.to or "evaluator"

    @property
    def contact_as(self) -> Contact | None:
        """For what it reaches out to a team, if it does."""
        if self.contact is True:
            return "evaluation" if self.evaluation else "offer"
        return self.contact or None

    @cached_property
    def guard(self) -> Guard:
        return self._read_guard[0]

    @cached_property
    def heading(self) -> Title:
        """What its obligations are called."""
        text = self.task or self.title or f"{self.kind.replace('_', ' ').capitalize()} evaluation"
        return read_title(self.scope, text)

    @cached_property
    def _read_guard(self) -> tuple[Guard, list[Wrong]]:
        return read_guard(partial(resolve, self.scope), self.when)

    def _wrong_kind(self) -> list[Wrong]:
        if (self.task is None) == (self.evaluation is None):
            return [((), "needs either a task or an evaluation")]
        if "priority" in self.model_fields_set and (self.task is None or not self.contact):
            return [(("priority",), "is for tasks that contact a team: say contact, or leave it out")]
        if self.task is not None and self.to is None:
            return [(("to",), "says for whom the task is, like to: facilitator")]
        if self.task is not None:
            return [((name,), "is for evaluations only") for name in OF_ROUNDS if name in self.model_fields_set]
        if self.contact == "interview":
            return [(("contact",), "is for tasks only: no quota judges a round, so make the interview a task")]
        return [(("escalate",), "is for tasks only: a round closes by itself")] if self.escalate else []

    def _wrong_moments(self) -> list[Wrong]:
        named: list[tuple[tuple[str, ...], str | None]] = [
            (("due", "after" if self.due.after is not None else "before"), self.due.moment),
            (("done_by",), self.done_by),
            (("repeat", "until"), self.repeat.until if self.repeat else None),
        ]
        return [(where, reason) for where, name in named if name is not None and (reason := _unknown(self.scope, name))]

    def _wrong_title(self) -> list[Wrong]:
        try:
            self.heading  # noqa: B018 - reading it is the check
        except UnknownWord as error:
            return [(("task" if self.task else "title",), str(error))]
        return []


class Playbook(Words):
    """Which facts oblige whom to do what by when, for one engagement model."""

    playbook: Slug
    """Its name: engagements are opened with it."""
    version: Version
    """Goes up with each change that is published."""
    title: Line
    tier: Literal["universal", "targeted", "intensive"] | None = None
    sessions: Sessions = Sessions()
    teams: Teams = Teams()
    window: Window | None = None
    contacts: Contacts = Contacts()
    demand: Demand = Demand()
    """When a topic is in demand; only the desk says it."""
    calendar: WorkingCalendar = WorkingCalendar()
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        wrong: list[Wrong] = []
        if self.window and (reason := _unknown(SCOPES["engagement"], self.window.after)):
            wrong.append((("window", "after"), reason))
        if self.playbook != DESK and "demand" in self.model_fields_set:
            wrong.append((("demand",), f"is said by the playbook {DESK} only: it counts requests, and rules them"))
        for place, rule in enumerate(self.rules):
            if any(rule.name == earlier.name for earlier in self.rules[:place]):
                wrong.append((("rules", place, "name"), f"there is another rule {rule.name!r}; names are said once"))
            if self.playbook == DESK and rule.each not in OUTSIDE:
                wrong.append((("rules", place, "each"), f"the playbook {DESK} rules {' and '.join(OUTSIDE)} only"))
            if self.playbook == DESK and rule.evaluation:
                wrong.append((("rules", place, "evaluation"), f"the playbook {DESK} has nobody to ask; give it a task"))
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, [_detail(*each) for each in wrong])
        return self


def for_editors() -> dict[str, Any]:
    """The JSON Schema of playbooks."""
    schema: dict[str, Any] = allow_extending(spell_out_waits(Playbook.model_json_schema()))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _unknown(scope: Scope, name: str) -> str:
    try:
        moment(scope, name)
    except UnknownWord as error:
        return str(error)
    return ""


def _detail(where: tuple[str | int, ...], reason: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("playbook", "{reason}", {"reason": reason}), loc=where, input=None)
