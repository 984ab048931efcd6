"""An imagined engagement, to see what a playbook makes of one: opened, teams formed, sessions held, plans, closed.

All goes well but for what happens besides: the facilitator changes after the first session, and the last of several
teams misses it and has its plan rejected.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared.events import intake, sessions
from shared.events.base import Event, Fact, say
from shared.playbooks.calendar import Calendar
from shared.playbooks.history import History, fold
from shared.playbooks.model import DESK, Playbook
from shared.playbooks.obligation import Obligation
from shared.playbooks.planner import plan
from shared.playbooks.told import PERSON, UNTOLD, Told
from shared.playbooks.wait import Wait

ENGAGEMENT = "imagined"
SOME_SESSIONS = 6
"""How many there are where the playbook does not say, but tells of an end."""
A_YEAR, A_LIFE = timedelta(days=365), timedelta(days=36525)
"""How much is imagined of an engagement that has no end."""
MOST_SESSIONS = 60
OF_AN_END = ("half_of_sessions", "last_session", "closed")
FARTHEST = timedelta(days=3653)
"""Ten years; what comes after them nobody imagines."""
UNTIL_FIRST, AFTER_LAST = Wait(6, "weeks"), Wait(6, "weeks")
"""From the opening to the first session, and from the last one to the end."""
MEETING = time(14)
SPOKEN = time(16)


@dataclass(frozen=True, slots=True)
class Forecast:
    """An obligation that the playbook would make, and whether it would be scheduled on the first day already."""

    owed: Obligation
    state: str
    held_back: str | None = None
    """Which approval it would wait for at first, if it needs one."""


def forecast(
    playbook: Playbook, start: date, jurisdictions: Sequence[str], calendar: Calendar, closes: date | None = None,
    told: Told = UNTOLD, is_smooth: bool = False,
) -> list[Forecast]:  # fmt: skip
    """All that would ever be owed in the imagined engagement (or to the imagined requests), by key.

    It is closed on the day that is named, else some weeks after its last session. With `is_smooth` nobody leaves, no
    team misses anything, no plan is rejected, and nobody is found who could help another.
    """
    found: dict[str, Obligation] = {}
    first: set[str] = set()
    held: dict[str, str] = {}
    for line, facts in _lines(playbook, start, jurisdictions, calendar, closes, told, is_smooth).items():
        history = History(line)
        for day in sorted({fact.recorded for fact in facts}):
            history = fold(history, [fact for fact in facts if fact.recorded == day])
            owed = plan(playbook, history, calendar, day)
            found |= {key: it for key, it in owed.items() if it.reached and not it.done}
            held = {key: it.held_back for key, it in owed.items() if it.held_back} | held
            first |= {key for key, it in owed.items() if it.reached and day.date() <= start}
    last = start + (A_LIFE if closes or has_an_end(playbook) else A_YEAR)
    kept = sorted(key for key, it in found.items() if it.due_at.date() <= last)
    return [Forecast(found[key], "scheduled" if key in first else "expected", held.get(key)) for key in kept]


def meetings(playbook: Playbook, start: date, calendar: Calendar, closes: date | None = None) -> list[datetime]:
    """When the sessions of the imagined engagement would be held, the first of them first."""
    if playbook.playbook == DESK:
        return []
    days = _Imagination(playbook, start, (), calendar, closes, UNTOLD, True).days
    return [datetime.combine(day, MEETING, calendar.default_zone) for day in days]


def has_an_end(playbook: Playbook) -> bool:
    """Whether engagements of it ever close: it plans a number of sessions, or tells how long teams are contacted then.

    One that says neither may still close some day; but where a rule waits for that, it means to.
    """
    waits = any(rule.due.moment in OF_AN_END for rule in playbook.rules)
    return bool(playbook.sessions.planned or playbook.window or waits)


def _lines(
    playbook: Playbook, start: date, jurisdictions: Sequence[str], calendar: Calendar, closes: date | None,
    told: Told, is_smooth: bool,
) -> dict[str, list[Fact]]:  # fmt: skip
    if playbook.playbook != DESK:
        imagined = _Imagination(playbook, start, jurisdictions, calendar, closes, told, is_smooth)
        return {ENGAGEMENT: list(imagined.engagement())}
    lines = {f"-/{ENGAGEMENT}-{code.lower()}": list(_request(code, start, calendar)) for code in jurisdictions}
    if len(jurisdictions) >= playbook.demand.jurisdictions:
        ids = [line.removeprefix("-/") for line in lines]
        words = {"topic": "topic", "jurisdictions": jurisdictions, "request_ids": ids, "since": start}
        lines["-/topic"] = [_said(intake.TopicInDemand, start, calendar, **words)]
    return lines


def _request(code: str, start: date, calendar: Calendar) -> Iterator[Fact]:
    request_id = f"{ENGAGEMENT}-{code.lower()}"
    words = {"source": "tracker", "external_id": "1", "jurisdiction": code, "topic": "topic", "need": "-"}
    yield _said(intake.TaRequestLogged, start, calendar, request_id=request_id, logged_on=start, **words)
    answered = calendar.add(start, Wait(6, "weeks"))
    yield _said(
        intake.TaRequestAnswered, answered, calendar, request_id=request_id, answered_on=answered, how="resource"
    )


def _said(kind: type[Event], day: date, calendar: Calendar, **words: Any) -> Fact:
    moment = datetime.combine(day, SPOKEN, calendar.default_zone)
    return say(kind.model_validate(words), moment.astimezone(UTC), calendar.default_zone)


def _approval(about: str, region: int | None) -> str:
    return f"{about}-{region}" if region else about


class _Imagination:
    """The days of the imagined engagement, and what is said on each."""

    def __init__(
        self, playbook: Playbook, start: date, jurisdictions: Sequence[str], calendar: Calendar, closes: date | None,
        told: Told, is_smooth: bool,
    ) -> None:  # fmt: skip
        self._told, self._is_smooth = told, is_smooth
        self._calendar = calendar
        self._playbook = playbook
        self._start = start
        self._teams = [(f"team-{code.lower()}", code) for code in jurisdictions]
        abouts = sorted({"invite", *(rule.needs for rule in playbook.rules if rule.needs)})
        self._approvals = [(about, region) for about in abouts for region in told.regions or (None,)]
        self._last_team = self._teams[-1][0] if len(self._teams) > 1 else ""
        self._has_an_end = closes is not None or has_an_end(playbook)
        planned = min(
            playbook.sessions.planned or (SOME_SESSIONS if self._has_an_end else MOST_SESSIONS), MOST_SESSIONS
        )
        first = calendar.add(start, UNTIL_FIRST)
        every = playbook.sessions.every
        days = [self._working(calendar.add_all(first, [(every, n)])) for n in range(planned)]
        farthest = closes or (first + FARTHEST if self._has_an_end else start + A_YEAR)
        self.days = [day for day in days if day <= farthest] or days[:1]
        self._closes = closes or self._working(calendar.add(self.days[-1], AFTER_LAST))

    def engagement(self) -> Iterator[Fact]:
        """Everything that is said, from the opening to the last step of a plan, and the close where there is one."""
        yield from self._beginning()
        yield from self._forming()
        if not self._is_smooth:
            yield from self._peers()
        for number, day in enumerate(self.days, 1):
            yield from self._session(number, day)
        if not self._is_smooth:
            yield from self._turnover(self.days[0])
        for team, _ in self._teams:
            yield from self._plan_of(team)
        if self._has_an_end:
            yield self._say(intake.EngagementClosed, self._closes, closed_on=self._closes, reason="completed")

    def _beginning(self) -> Iterator[Fact]:
        imagined = intake.Goal(goal_id="goal", level="plan", statement="a plan for each team", by=self._closes)
        goals = list(self._told.goals) or ([imagined] if not self._is_smooth else [])
        yield self._say(
            intake.EngagementOpened,
            self._start,
            title=self._playbook.title,
            playbook=self._playbook.playbook,
            center=self._told.center,
            topic=self._told.topic,
            opened_on=self._start,
            time_zone=self._calendar.default_zone.key,
            people=dict(self._told.people),
            goals=[goal.model_dump(exclude_none=True) for goal in goals],
            **({"planned_sessions": len(self.days), "planned_close": self._closes} if self._has_an_end else {}),
        )
        for about, region in self._approvals:
            words = {"approval_id": _approval(about, region), "about": about, "asked_on": self._start}
            yield self._say(intake.ApprovalRequested, self._start, **words, **({"region": region} if region else {}))
        for number, day in enumerate(self.days, 1):
            starts_at = datetime.combine(day, MEETING, self._calendar.default_zone)
            minutes = self._playbook.sessions.minutes or 60
            words = {"session_id": f"session-{number}", "number": number}
            words["topic"] = self._told.session_topic.format(n=number)
            words |= {"starts_at": starts_at, "minutes": minutes, "mode": "virtual"}
            yield self._say(sessions.SessionScheduled, self._start, **words)

    def _forming(self) -> Iterator[Fact]:
        answered, formed, signed = (self._after(self._start, weeks=weeks) for weeks in (2, 3, 5))
        for about, region in self._approvals:
            words = {"approval_id": _approval(about, region), "answered_on": answered, "answer": "granted"}
            yield self._say(intake.ApprovalAnswered, answered, **words)
        for team, code in self._teams:
            words = {"team_id": team, "jurisdiction": code, "lead": PERSON, "formed_on": formed}
            yield self._say(intake.TeamFormed, formed, **words, members=self._members(team))
            yield self._say(intake.LeadershipSignedOff, signed, team_id=team, role="lead_agency", signed_on=signed)

    def _members(self, team: str) -> list[dict[str, str]]:
        """The people of a team; if all goes well, as many and in such roles as the playbook wants them."""
        wanted = self._playbook.teams
        if not self._is_smooth:
            return [{"person_id": PERSON, "role": "health" if team == self._last_team else "lead_agency"}]
        roles = [*dict.fromkeys(("lead_agency", *wanted.must_include))]
        roles += ["other"] * ((wanted.size or (1, 1))[0] - len(roles))
        return [{"person_id": f"{PERSON}-{n}" if n else PERSON, "role": role} for n, role in enumerate(roles)]

    def _peers(self) -> Iterator[Fact]:
        """Somebody is found who can help the first team, and they are introduced."""
        team, code = self._teams[0]
        found, met = self._after(self._start, weeks=4), self._after(self._start, weeks=8)
        others = [one for _, one in self._teams[1:]] or ["WI" if code != "WI" else "KY"]
        words = {"from_team": team, "to_jurisdiction": others[0], "need": self._told.need}
        yield self._say(intake.PeersSuggested, found, **words, score=1.0)
        yield self._say(intake.PeersConnected, met, **words, connected_on=met)

    def _session(self, number: int, day: date) -> Iterator[Fact]:
        held_at = datetime.combine(day, MEETING, self._calendar.default_zone)
        missing = "" if self._is_smooth else self._last_team
        present = [team for team, _ in self._teams if team != missing or number != 1]
        words = {"session_id": f"session-{number}", "held_at": held_at, "minutes": 60}
        yield self._say(sessions.SessionHeld, day, **words, attendance={team: [PERSON] for team in present})
        due = self._after(day, weeks=2)
        words = {"homework_id": f"homework-{number}", "session_id": f"session-{number}", "due_on": due, "text": "-"}
        yield self._say(sessions.HomeworkAssigned, day, **words)

    def _turnover(self, day: date) -> Iterator[Fact]:
        gone, filled = (self._after(day, weeks=weeks) for weeks in (1, 3))
        role = {"role": "facilitator"}
        yield self._say(intake.RoleVacated, gone, **role, person_id=self._told.people["facilitator"], on=gone)
        yield self._say(intake.RoleFilled, filled, **role, person_id=f"{PERSON}-else", on=filled)

    def _plan_of(self, team: str) -> Iterator[Fact]:
        plan_id, submitted = f"plan-{team}", self._after(self.days[-1], weeks=3)
        due, judged, reported = (self._after(submitted, weeks=weeks) for weeks in (8, 4, 6))
        words = {"plan_id": plan_id, "team_id": team, "submitted_on": submitted}
        step = {"step_id": "step", "text": "-", "owner_role": "lead_agency", "due_on": due}
        yield self._say(sessions.ActionPlanSubmitted, submitted, **words, steps=[step])
        is_rejected = team == self._last_team and not self._is_smooth
        kind = sessions.ActionPlanRejected if is_rejected else sessions.ActionPlanAccepted
        yield self._say(kind, judged, plan_id=plan_id, team_id=team, role="lead_agency", on=judged)
        is_blocked = not self._is_smooth
        told = {"plan_id": plan_id, "step_id": "step", "status": "blocked" if is_blocked else "under_way"}
        told |= {"barrier": "cost"} if is_blocked else {}
        yield self._say(sessions.ActionStepReported, reported, **told, reported_on=reported)

    def _say(self, kind: type[Event], day: date, **words: Any) -> Fact:
        return _said(kind, day, self._calendar, engagement_id=ENGAGEMENT, **words)

    def _after(self, day: date, weeks: int) -> date:
        return self._working(day + timedelta(weeks=weeks))

    def _working(self, day: date) -> date:
        return self._calendar.rolled(day, "next")
