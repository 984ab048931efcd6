"""A year of a center, as facts: engagements under way, each with its teams, its sessions and what is owed in it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from shared.events.base import Fact, say
from shared.events.intake import EngagementOpened, PlaybookPublished, TeamFormed
from shared.events.sessions import SessionHeld, SessionScheduled

PLAYBOOK = """
playbook: year
version: 1
title: A year
sessions: {planned: 5, minutes: 120}
rules:
- {name: remind, each: session, task: "Remind all teams of session {session.number}", to: facilitator, due: {wait: 1 week, before: start}}
- name: welcome
  each: team
  task: "Welcome {jurisdiction}"
  to: facilitator
  due: {wait: 5 business days, after: formed}
  escalate: {wait: 10 business days, to: supervisor}
- {name: ask, each: team, task: "Ask {jurisdiction} for its plan", to: facilitator, due: {wait: 8 weeks, after: formed}}
- {name: judge, each: team, task: "Look at what {jurisdiction} has learned", to: evaluator, due: {wait: 3 months, after: formed}}
- {name: call, each: team, task: "Call {jurisdiction}", to: facilitator, due: {wait: 6 months, after: formed}}
- {name: mid, each: engagement, evaluation: mid, instrument: mid, ask: members, due: {wait: 1 business day, after: half_of_sessions}, open_for: 12 months}
- {name: end, each: engagement, evaluation: end, instrument: end, ask: members, due: {wait: 1 business day, after: last_session}, open_for: 12 months}
- {name: later, each: engagement, evaluation: later, instrument: later, ask: leads, due: {wait: 4 months, after: closed}, open_for: 3 weeks}
"""  # noqa: E501 - a rule a line
PLACES = ("KY", "OH", "VT", "NM", "WI")
SESSIONS = 5
TASKS = SESSIONS + 4 * len(PLACES)
"""How many tasks are open in each engagement."""
FACILITATORS = 10


def published(now: datetime) -> Fact:
    """The playbook of all of them."""
    return say(PlaybookPublished(playbook="year", version=1, document=PLAYBOOK, digest="year"), now)


def engagement(number: int, now: datetime) -> Iterator[Fact]:
    """All that was said of one of them; each was opened on another day of the last half-year."""
    name = f"e-{number:03}"
    opened = now.date() - timedelta(days=10 + number % 180)
    people = {"facilitator": facilitator(number), "evaluator": "p-evaluator", "supervisor": "p-supervisor"}
    told = {"title": f"Engagement {number} on out-of-school time", "center": "NCASE", "topic": "out-of-school time"}
    zone = {"time_zone": "America/New_York", "playbook": "year"}
    said = {"engagement_id": name, **told, **zone, "opened_on": opened, "people": people}
    yield say(EngagementOpened.model_validate(said), now)
    for place in PLACES:
        yield _team(name, place, opened, now)
    for n in range(1, SESSIONS + 1):
        yield from _session(name, n, opened + timedelta(days=14 * n), now)


def facilitator(number: int) -> str:
    """Who runs an engagement: each of the facilitators has as many."""
    return f"p-facilitator-{number % FACILITATORS}"


def _team(name: str, place: str, opened: date, now: datetime) -> Fact:
    lead = f"p-{name}-{place.lower()}"
    members = [{"person_id": lead, "role": "lead_agency"}]
    told = {"engagement_id": name, "team_id": place.lower(), "jurisdiction": place, "lead": lead, "members": members}
    return say(TeamFormed.model_validate({**told, "formed_on": opened}), now)


def _session(name: str, n: int, on: date, now: datetime) -> Iterator[Fact]:
    told = {"engagement_id": name, "session_id": f"{name}-s{n}"}
    starts = datetime.combine(on, time(19), UTC)
    more = {"number": n, "topic": "What the data say", "starts_at": starts, "minutes": 120, "mode": "virtual"}
    yield say(SessionScheduled.model_validate({**told, **more}), now)
    if starts < now:
        came = {place.lower(): [f"p-{name}-{place.lower()}"] for place in PLACES[: 3 + n % 3]}
        yield say(SessionHeld.model_validate({**told, "held_at": starts, "minutes": 120, "attendance": came}), now)
