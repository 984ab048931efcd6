"""News of a task or an evaluation round: it came, moved, went, fell due, was done, or was not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from services.demo.known import Known, Owed, listed, plural, round_of, written
from services.demo.watch import AtRisk
from shared.events import evaluation, followup, intake, sessions
from shared.events.base import Event, Fact

KINDS: dict[type[Event], str] = {
    followup.FollowUpScheduled: "obliged",
    followup.FollowUpMoved: "moved",
    followup.FollowUpWithdrawn: "withdrawn",
    followup.FollowUpFellDue: "fell_due",
    followup.FollowUpLapsed: "lapsed",
    followup.FollowUpDone: "done",
    followup.FollowUpSkipped: "skipped",
    followup.FollowUpEscalated: "escalated",
    evaluation.EvaluationScheduled: "obliged",
    evaluation.EvaluationMoved: "moved",
    evaluation.EvaluationWithdrawn: "withdrawn",
    evaluation.EvaluationOpened: "opened",
    evaluation.EvaluationLapsed: "lapsed",
    evaluation.EvaluationClosed: "closed",
}
ORDER = (
    "at_risk", "opened", "closed", "window_closed", "lapsed", "escalated", "withdrawn", "moved", "handed_on", "settled",
    "obliged", "fell_due", "done", "done_late", "skipped",
)  # fmt: skip
"""In which order news of one hour is told."""
WITHDRAWN_AS: dict[type[Event], str] = {
    sessions.ActionPlanRejected: "the plan was rejected",
    sessions.SessionCancelled: "the session was cancelled",
    sessions.SessionScheduled: "the schedule has changed",
    sessions.SessionsFactRetracted: "it rested on a mistake",
    intake.TeamLeft: "the team left",
    intake.TaRequestWithdrawn: "nobody asks any more",
}
WINDOW = "the window closed on "


@dataclass(frozen=True, slots=True)
class News:
    """What happened to one task or round."""

    kind: str
    lead: str
    """The words before it: `Due today`."""
    key: str
    owed: Owed
    day: date
    """When it is due now."""
    was: date | None = None
    code: str | None = None
    """What its title says of whom it is about: FL, region 4."""
    note: str = ""
    """What somebody wrote beside it."""


def news_of(fact: Fact, known: Known, because: Event | None, on: date) -> News | None:
    """What a fact tells of a task, if it does; `because` was said just before, `known` is what was known before."""
    event = fact.event
    if type(event) not in KINDS or (isinstance(event, evaluation.EvaluationClosed) and not event.from_ledger):
        return None
    key = str(getattr(event, "task_id", None) or getattr(event, "round_id", ""))
    owed, was = _owed(event, known, key), getattr(event, "was", None)
    news = News(
        kind=KINDS[type(event)],
        lead="",
        key=key,
        owed=owed,
        day=known.day(owed.due_at, owed.team_id),
        was=known.day(was, owed.team_id) if was else None,
        code=known.subject(key, owed.team_id),
        note=str(getattr(event, "note", None) or getattr(event, "reason", None) or ""),
    )
    return LEADS[news.kind](replace(news, note="") if event.from_ledger else news, event, known, because, on)


def at_risk(found: AtRisk, known: Known, on: date) -> News:
    """That a team has come to be at risk, and why."""
    team, why = found.team, " ".join(risk.sentence for risk in found.risks)
    lead = f"{known.place(team.jurisdiction)} is at risk. {why}".removesuffix(".")
    owed = Owed("at-risk", lead, "facilitator", known.long_ago, team.id)
    return News("at_risk", lead, f"{found.fact.line}/at-risk/{team.id}", owed, on, code=team.jurisdiction)


def window_closed(event: Event) -> date | None:
    """The last day of the window, where it is the window's closing that let something lapse."""
    _, found, day = str(getattr(event, "reason", "")).rpartition(WINDOW)
    return date.fromisoformat(day) if found else None


def _owed(event: Event, known: Known, key: str) -> Owed:
    """What it is about: as the event tells it, else as it was told before."""
    if isinstance(event, followup.Planned):
        return Owed(event.rule, event.title, event.to, event.due_at, event.team_id)
    if isinstance(event, evaluation.EvaluationScheduled | evaluation.EvaluationMoved):
        return round_of(event)
    if key in known.owed:
        return known.owed[key]
    kind = getattr(event, "kind", None)
    return Owed(key, f"{kind.capitalize()} evaluation" if kind else key, "somebody", known.long_ago)


def _plainly(lead: str) -> "Lead":
    return lambda news, _event, _known, _because, _on: replace(news, lead=lead)


def _moved(news: News, event: Event, known: Known, because: Event | None, on: date) -> News:
    before = known.owed.get(news.key)
    if before is None or before.due_at != news.owed.due_at:
        return replace(news, lead="Moved")
    lead = f"Now for the {news.owed.to}" if before.to != news.owed.to else "Now reads so"
    return replace(news, kind="handed_on", lead=lead)


def _withdrawn(news: News, event: Event, known: Known, because: Event | None, on: date) -> News:
    why = WITHDRAWN_AS.get(type(because)) if because else None
    if isinstance(because, sessions.ActionStepReported):
        why = f"the step is {because.status.replace('_', ' ')}"
    stated = getattr(event, "reason", None)
    return replace(news, lead=f"Withdrawn, as {why or stated or 'nothing obliges to it any more'}")


def _lapsed(news: News, event: Event, known: Known, because: Event | None, on: date) -> News:
    reason = getattr(event, "reason", None) or "too late"
    return replace(news, lead="Lapsed, as the window closed" if window_closed(event) else f"Lapsed, {reason}")


def _done(news: News, event: Event, known: Known, because: Event | None, on: date) -> News:
    late = news.key in known.overdue
    if event.from_ledger:
        return replace(news, kind="settled_late" if late else "settled", lead="Settled, late" if late else "Settled")
    since = known.fell_due.get(news.key, news.day)
    days = (on - since).days
    if days <= 0:
        return replace(news, lead="Due today, and done" if days == 0 else f"Done {plural(-days, 'day')} early")
    lead = "Done late," if late else "Done"
    return replace(news, kind="done_late" if late else "done", lead=f"{lead} {plural(days, 'day')} after it fell due")


def _escalated(news: News, event: Event, known: Known, because: Event | None, on: date) -> News:
    return replace(news, lead=f"Still not done, so the {getattr(event, 'to', 'supervisor')} is told")


def _opened(news: News, event: Event, known: Known, because: Event | None, on: date) -> News:
    closes_at = getattr(event, "closes_at", None)
    return replace(news, note=f"until {written(known.day(closes_at), on)}" if closes_at else "")


def _closed(news: News, event: Event, known: Known, because: Event | None, on: date) -> News:
    if getattr(event, "kind", None) == "goal":
        return replace(news, note="")
    answers = known.answers.get(news.key, [])
    where = f", from {listed(sorted(answers))}" if answers else ""
    return replace(news, note=f"{plural(len(answers), 'answer')}{where}")


Lead = Callable[[News, Event, Known, Event | None, date], News]
LEADS: dict[str, Lead] = {
    "obliged": _plainly("Obliges"),
    "moved": _moved,
    "withdrawn": _withdrawn,
    "fell_due": _plainly("Due today"),
    "lapsed": _lapsed,
    "done": _done,
    "skipped": _plainly("Skipped"),
    "escalated": _escalated,
    "opened": _opened,
    "closed": _closed,
}
