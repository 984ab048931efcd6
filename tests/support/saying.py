"""Facts of an imagined engagement in one line each: what matters to a test is said, the rest is filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from shared.events.base import Fact, say
from shared.events.catalogue import called
from shared.events.intake import IntakeFactRetracted
from shared.obligations.reconcile import OPEN, Change, Forbidden, Row, apply, fresh, next_at, pass_time, reconcile
from shared.playbooks.history import History, fold
from shared.playbooks.model import Playbook, read
from shared.playbooks.obligation import Obligation
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of, plan

ENGAGEMENT = "e1"
EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2027, 1, 4, 15, tzinfo=UTC)
"""A Monday."""

FILLED_IN: Mapping[str, Mapping[str, Any]] = {
    "playbook_published": {"playbook": "example", "version": 1, "document": "playbook: example", "digest": "d"},
    "ta_request_logged": {
        "request_id": "r1",
        "source": "ncase",
        "external_id": "1",
        "jurisdiction": "KY",
        "topic": "workforce",
        "need": "help",
        "logged_on": "2027-01-04",
    },
    "ta_request_withdrawn": {"request_id": "r1", "reason": "done"},
    "ta_request_answered": {"request_id": "r1", "answered_on": "2027-01-08", "how": "resource"},
    "engagement_opened": {
        "title": "Out-of-school time",
        "playbook": "example",
        "center": "NCASE",
        "topic": "workforce",
        "opened_on": "2027-01-04",
        "time_zone": "America/New_York",
        "people": {"facilitator": "p-f", "evaluator": "p-e"},
    },
    "engagement_closed": {"closed_on": "2027-06-30", "reason": "completed"},
    "approval_requested": {"approval_id": "a1", "about": "invite", "asked_on": "2027-01-04"},
    "approval_answered": {"approval_id": "a1", "answered_on": "2027-01-08", "answer": "granted"},
    "cohort_assigned": {"cohort": "1", "jurisdictions": ["KY"], "why": "alike"},
    "team_formed": {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "formed_on": "2027-01-04"},
    "team_changed": {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1"},
    "leadership_signed_off": {"team_id": "ky", "role": "lead_agency", "signed_on": "2027-01-08"},
    "team_left": {"team_id": "ky", "left_on": "2027-02-01", "reason": "no time"},
    "peers_suggested": {"from_team": "ky", "to_jurisdiction": "WI", "need": "finding and keeping staff", "score": 3.0},
    "peers_connected": {"from_team": "ky", "to_jurisdiction": "WI", "need": "finding and keeping staff"},
    "session_scheduled": {"session_id": "s1", "number": 1, "topic": "Data", "minutes": 120, "mode": "virtual"},
    "session_cancelled": {"session_id": "s1", "cancelled_on": "2027-01-11", "reason": "snow"},
    "session_held": {"session_id": "s1", "minutes": 120, "attendance": {}},
    "homework_assigned": {"homework_id": "h1", "session_id": "s1", "text": "Read"},
    "homework_handed_in": {"homework_id": "h1", "team_id": "ky"},
    "action_plan_submitted": {"plan_id": "p1", "team_id": "ky", "steps": []},
    "action_plan_accepted": {"plan_id": "p1", "team_id": "ky", "role": "lead_agency"},
    "action_plan_rejected": {"plan_id": "p1", "team_id": "ky", "role": "lead_agency"},
    "action_step_reported": {"plan_id": "p1", "step_id": "t1", "status": "under_way"},
    "goal_assessed": {"goal_id": "g1", "verdict": "reached"},
    "follow_up_done": {"person_id": "p-f"},
    "follow_up_skipped": {"person_id": "p-f", "reason": "not needed"},
    "follow_up_snoozed": {"person_id": "p-f"},
    "follow_up_handed_over": {"person_id": "p-f"},
    "evaluation_closed": {"rule": "r", "kind": "mid", "instrument": "mid"},
}
MEMBER = {"person_id": "p-1", "role": "lead_agency"}
STEP = {"step_id": "t1", "text": "Invite providers", "owner_role": "lead_agency"}
GOAL = {"goal_id": "g1", "level": "plan", "statement": "a plan for each team"}
HEADER = "playbook: example\nversion: 1\ntitle: Example\n"


def said(name: str, recorded: datetime = NOW, fact_id: str | None = None, at: str | None = None, **words: Any) -> Fact:
    """The fact of this event (session_held), with these words and the filled-in ones; `at` is when it happened."""
    [kind] = called(name)
    told = {**FILLED_IN.get(name, {}), **words}
    if name in {"team_formed", "team_changed"}:
        told.setdefault("members", [MEMBER])
    if not kind.outside:
        told.setdefault("engagement_id", ENGAGEMENT)
    fact = say(kind.model_validate(told), recorded, EASTERN)
    time_ = datetime.fromisoformat(at) if at else fact.time
    return Fact(fact_id or fact.id, fact.event, time_, recorded)


def retraction(fact: Fact, engagement_id: str = ENGAGEMENT) -> Fact:
    """The fact that this one was a mistake."""
    event = IntakeFactRetracted(engagement_id=engagement_id, fact_id=fact.id, reason="a mistake")
    return say(event, NOW, EASTERN)


def session(number: int, starts_at: str, session_id: str = "", **words: Any) -> Fact:
    """Session `number` (s1, s2, ...) is scheduled."""
    return said("session_scheduled", session_id=session_id or f"s{number}", number=number, starts_at=starts_at, **words)


def held(number: int, held_at: str, session_id: str = "", **words: Any) -> Fact:
    """Session `number` was held."""
    return said("session_held", session_id=session_id or f"s{number}", held_at=held_at, **words)


def playbook(rules: str, header: str = "") -> Playbook:
    """The playbook with these rules, as YAML."""
    return read(HEADER + header + "rules:\n" + rules, "example.yaml")


def history(facts: Iterable[Fact], line: str = ENGAGEMENT) -> History:
    return fold(History(line), facts)


def owed(
    book: Playbook, facts: Iterable[Fact], now: datetime = NOW, line: str = ENGAGEMENT, places: Places | None = None
) -> dict[str, Obligation]:
    """The plan, by key without the engagement: rule/item/occurrence."""
    calendar = calendar_of(book, places or Places(), "America/New_York")
    planned = plan(book, history(facts, line), calendar, now)
    return {key.split("/", 1)[1]: obligation for key, obligation in planned.items()}


def told(obligation: Obligation) -> str:
    """Local due time and state: 2027-01-14 09:00, scheduled."""
    state = "done" if obligation.done else "scheduled" if obligation.reached else "expected"
    return f"{obligation.due_at.astimezone(ZoneInfo(obligation.zone)):%Y-%m-%d %H:%M}, {state}"


def schedule(rules: str, facts: Iterable[Fact], header: str = "", now: datetime = NOW) -> dict[str, str]:
    """What is owed by these rules after these facts: rule/item/occurrence, and when."""
    return {key: told(obligation) for key, obligation in owed(playbook(rules, header), facts, now).items()}


class Desk:
    """One ledger, followed by hand: hear facts, let time pass, look at what is recorded."""

    def __init__(self, rules: str, header: str = "", line: str = ENGAGEMENT) -> None:
        self.playbook = playbook(rules, header)
        self.history = History(line)
        self.rows: dict[str, Row] = {}
        self.now = NOW
        self.forbids: Mapping[str, Forbidden] = {}
        """What policy forbids, by key."""

    def hear(self, *facts: Fact) -> list[Change]:
        """Follow these facts, one after the other."""
        changes = []
        for fact in facts:
            self.history = fold(self.history, [fact])
            changes += self.settle()
        return changes

    def settle(self) -> list[Change]:
        """Bring the rows in line with the plan, then let time do to them what it has done by now."""
        wanted = plan(self.playbook, self.history, calendar_of(self.playbook, Places()), self.now)
        changes = reconcile(wanted, self.rows, self.history.marks, self.now)
        for change in changes:
            self._apply(change)
        assert reconcile(wanted, self.rows, self.history.marks, self.now) == []
        return [*changes, *self._pass(self.now)]

    def until(self, day: str, hour: int = 23) -> list[Change]:
        """Let time pass until this day, one due instant after the other."""
        end = datetime.combine(date.fromisoformat(day), time(hour), EASTERN)
        changes: list[Change] = []
        while (moment := min(filter(None, map(next_at, self.rows.values())), default=end)) < end:
            self.now = max(self.now, moment)
            changes += self._pass(self.now)
        self.now = end
        return changes

    def state(self, key: str) -> str:
        return self.rows[f"{ENGAGEMENT}/{key}"].state

    def row(self, key: str) -> Row:
        return self.rows[f"{ENGAGEMENT}/{key}"]

    def open(self) -> dict[str, tuple[str, datetime, str, str]]:
        """What somebody still owes: state, due time, title and role."""
        rows = (row for row in self.rows.values() if row.state in OPEN)
        return {row.key: (row.state, row.due_at, row.title, row.to) for row in rows}

    def _pass(self, now: datetime) -> list[Change]:
        changes = [change for row in list(self.rows.values()) for change in self._pass_time(row, now)]
        for change in changes:
            self._apply(change)
        return changes

    def _pass_time(self, row: Row, now: datetime) -> list[Change]:
        return pass_time(row, now, self.forbids.get(row.key))

    def _apply(self, change: Change) -> None:
        self.rows[change.row.key] = apply(self.rows.get(change.row.key), change)


def ledger_of(kind: str, opened: str, closes: str, **words: Any) -> tuple[dict[str, Row], list[Fact]]:
    """A round that opened by itself: what the ledger holds of it after its end, and what it said."""
    rules = f"- {{name: {kind}, each: engagement, evaluation: {kind}, due: {{after: opened}}, open_for: 2 weeks}}"
    [owed_] = owed(playbook(rules), [said("engagement_opened", opened_on=opened)]).values()
    at, end = (datetime.combine(date.fromisoformat(day), time(9), EASTERN) for day in (opened, closes))
    row = replace(fresh(owed_, None), state="done", fired_at=at, closes_at=end)
    told = {name: value for name, value in words.items() if value is not None}
    named: dict[str, Any] = {"round_id": row.key, "n": 1, "rule": kind, "kind": kind, "instrument": kind}
    return {row.key: row}, [said("evaluation_opened", at=at.isoformat(), closes_at=end.isoformat(), **named, **told)]
