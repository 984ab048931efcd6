"""Tasks and contacts as rows: what followup said of each, the last word counting."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.evaluation.decisions.figures.following import reminded, written_to
from services.evaluation.domain.data import ContactRow, Source, TaskRow
from services.evaluation.domain.parts import Invited
from shared.events import followup as said
from shared.events.base import Event, Fact
from shared.events.evaluation import EvaluationOpened

State = Literal["scheduled", "due", "done", "skipped", "lapsed", "withdrawn", "withheld"]
BECAME: Mapping[type[Event], State] = {
    said.FollowUpScheduled: "scheduled",
    said.FollowUpMoved: "scheduled",
    said.FollowUpFellDue: "due",
    said.FollowUpDone: "done",
    said.FollowUpSkipped: "skipped",
    said.FollowUpLapsed: "lapsed",
    said.FollowUpWithdrawn: "withdrawn",
    said.ContactSuppressed: "withheld",
}
"""What a task is after each of these; what else is said of it leaves it as it was."""
OF_TASKS = (said.Planned, said.FollowUpDone, said.FollowUpSkipped, said.FollowUpSnoozed, said.FollowUpHandedOver)
"""What is said of tasks alone; letters to somebody are told of rounds, too."""


def tasks(source: Source) -> Iterator[TaskRow]:
    """Every task that was ever said."""
    for id, facts in by_task(source).items():
        if any(isinstance(fact.event, OF_TASKS) for fact in facts):
            yield _task(id, facts)


def contacts(source: Source) -> Iterator[ContactRow]:
    """Every task that reaches out to a team, once it fell due or was withheld; whom others left out; and rounds."""
    for id, facts in by_task(source).items():
        due = _last(facts, said.FollowUpFellDue)
        withheld = [fact for fact in facts if isinstance(fact.event, said.ContactSuppressed)]
        last = next((fact for fact in reversed(facts) if _ends(fact.event)), None)
        if due is not None and due.event.contact is not None:
            yield _contact(id, due, last)
        for fact in withheld:
            yield from _withheld(id, fact)
    yield from _of_rounds(source)


def _of_rounds(source: Source) -> Iterator[ContactRow]:
    """Rounds that reach out, the invitations to others (one row for each team that got any), and each reminder."""
    history = source.history
    zone = ZoneInfo(history.engagement.time_zone if history.engagement else "UTC")
    opened = [fact for fact in source.followed if isinstance(fact.event, EvaluationOpened)]
    for fact in opened:
        event: Any = fact.event
        if event.contact is not None:
            row = _row(event.engagement_id, event.round_id, event.team_id, fact, "made", what="round")
            yield row.model_copy(update={"n": event.n})
    for fact, team_id in written_to(history, opened, zone, Invited(letters=source.letters)):
        event = fact.event
        row = _row(history.line, event.round_id, team_id, fact, "made", what="invitation")
        yield row.model_copy(update={"kind": "evaluation"})
    for fact, sent, team_id in reminded(history, opened, zone):
        words = {"kind": "reminder", "person_id": sent.person_id, "n": sent.n}
        yield _row(history.line, sent.task_id, team_id, fact, "made", what="reminder").model_copy(update=words)


def by_task(source: Source) -> dict[str, list[Fact]]:
    """What was said of each task, the latest last."""
    told: dict[str, list[Fact]] = {}
    for fact in source.followed:
        if isinstance(fact.event, said.OfTask) and fact.id not in source.history.retracted:
            told.setdefault(fact.event.task_id, []).append(fact)
    return {id: sorted(facts, key=_turn) for id, facts in sorted(told.items())}


def _turn(fact: Fact) -> tuple[int, Any, str]:
    return getattr(fact.event, "n", 0), fact.recorded, fact.id


def _ends(event: Event) -> bool:
    return BECAME.get(type(event)) not in (None, "scheduled", "due") and not getattr(event, "left_out", ())


def _last(facts: list[Fact], *kinds: type[Event]) -> Any:
    return next((fact for fact in reversed(facts) if isinstance(fact.event, kinds)), None)


def _task(id: str, facts: list[Fact]) -> TaskRow:
    events = [fact.event for fact in facts]
    told = _last(facts, said.Planned)
    words: Any = told.event if told else None
    due, over = _last(facts, said.FollowUpFellDue), _last(facts, said.FollowUpHandedOver)
    turning = [fact for fact in facts if type(fact.event) in BECAME and not getattr(fact.event, "left_out", ())]
    last: Any = turning[-1] if turning else None
    ended = last if last and _ends(last.event) else None
    state: State = BECAME[type(last.event)] if last else "scheduled"
    done = ended.event if ended and isinstance(ended.event, said.FollowUpDone) else None
    return TaskRow(
        engagement_id=id.split("/", 1)[0],
        task_id=id,
        rule=words.rule if words else None,
        title=words.title if words else None,
        to=over.event.to if over else words.to if words else None,
        team_id=words.team_id if words else None,
        state=state,
        due_at=words.due_at if words else None,
        fell_due_at=due.time if due else None,
        ended_at=ended.time if ended else None,
        by_hand=done.because is None if done else None,
        person_id=getattr(ended.event, "person_id", None) if ended else None,
        reason=getattr(ended.event, "reason", None) if ended else None,
        contact=due.event.contact if due else None,
        times_moved=sum(isinstance(one, said.FollowUpMoved) for one in events),
        times_put_off=sum(isinstance(one, said.FollowUpSnoozed) for one in events),
        was_escalated=any(isinstance(one, said.FollowUpEscalated) for one in events),
    )


def _contact(id: str, due: Fact, last: Fact | None) -> ContactRow:
    event: Any = due.event
    became: Any = "due"
    if last is not None and isinstance(last.event, said.FollowUpDone):
        became = "made" if last.event.because is None else "settled"
    elif last is not None:
        became = BECAME[type(last.event)]
    return _row(event.engagement_id, id, event.team_id, due, became)


def _withheld(id: str, fact: Fact) -> Iterator[ContactRow]:
    event: Any = fact.event
    for team_id in event.left_out or (event.team_id,):
        words = {"person_id": event.person_id, "withheld_by": event.rule, "reason": event.reason, "n": event.n}
        words["at"] = event.due_at or fact.time
        if event.person_id:
            words["what"] = event.letter or "letter"
        yield _row(event.engagement_id, id, team_id, fact, "withheld").model_copy(update=words)


def _row(engagement_id: str, id: str, team_id: str | None, fact: Fact, became: Any, what: Any = "task") -> ContactRow:
    told = {"kind": getattr(fact.event, "contact", None), "became": became, "at": fact.time, "what": what}
    return ContactRow(engagement_id=engagement_id, task_id=id, team_id=team_id, **told)
