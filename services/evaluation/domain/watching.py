"""Watching: which teams are watched after their window, what may be a sign of change, and what it was taken for."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from shared.entities import Entity
from shared.events import evaluation as said
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.fields import Level
from shared.ids import fact_id
from shared.playbooks.history import History

SignKind = Literal["asked", "joined", "finished"]
"""A new request; a team in another engagement; a finished step."""
State = Literal["proposed", "confirmed", "dismissed"]


class Watched(Entity):
    """A team of an engagement that has closed."""

    engagement_id: str
    team_id: str
    jurisdiction: str
    topic: str
    closed_on: date


class Sign(Entity):
    """Something that a jurisdiction did, and that may show what an earlier engagement changed."""

    line: str
    kind: SignKind
    what: str
    """What names it in its line: the request, the team, or plan/step."""
    jurisdiction: str
    on: date
    because: str
    """The fact that tells of it."""
    words: str
    """The topic of a request, the engagement that was joined, the text of a step."""
    team_id: str | None = None


class Proposal(Entity):
    """A change that may have been seen; an evaluator confirms or dismisses it."""

    engagement_id: str
    outcome_id: str
    level: Level
    statement: str
    seen_on: date
    because: str
    jurisdiction: str | None = None
    team_id: str | None = None
    state: State = "proposed"
    reason: str | None = None
    """Why it was dismissed."""


def named_for(engagement_id: str, team_id: str, sign: Sign) -> str:
    """The id of the outcome that a sign proposes for a team: the same, however often the sign is told."""
    return f"watch-{fact_id(sign.kind, engagement_id, team_id, sign.line, sign.what, revision=0)}"


def told_of(sign: Sign, words: str) -> str:
    """What a jurisdiction did, in a sentence."""
    match sign.kind:
        case "asked":
            return f"{sign.jurisdiction} asks for more on the topic: {words}"
        case "joined":
            return f"{sign.jurisdiction} takes part in another engagement: {words}"
        case "finished":
            return f"{sign.jurisdiction} finished a step of its plan: {words}"


def proposal(known: Proposal | None, fact: Fact) -> Proposal | None:
    """The proposal after one more fact; what was confirmed stays so."""
    match fact.event, known:
        case said.OutcomeProposed() as event, _:
            return Proposal(**event.model_dump())
        case said.OutcomeDismissed() as event, Proposal(state="proposed"):
            return known.but(state="dismissed", reason=event.reason)
        case said.OutcomeRecorded(), Proposal():
            return known.but(state="confirmed", reason=None)
    return known


def watched(history: History) -> Mapping[tuple[str | int, ...], Watched]:
    """The teams that stayed until an engagement closed, by engagement and team."""
    engagement = history.engagement
    if engagement is None or engagement.closed is None:
        return {}
    told = {"engagement_id": engagement.id, "topic": engagement.words["topic"]}
    closed_on = engagement.closed.event.closed_on
    return {
        (engagement.id, id): Watched(team_id=id, jurisdiction=team.jurisdiction, closed_on=closed_on, **told)
        for id, team in history.teams.items()
        if team.left is None
    }


def signs(history: History) -> Mapping[tuple[str | int, ...], Sign]:
    """All that a line tells of what jurisdictions did, by line, kind and name."""
    return {(sign.line, sign.kind, sign.what): sign for sign in _signs(history)}


def _signs(history: History) -> Iterator[Sign]:
    line = history.line
    for id, request in history.requests.items():
        asked = request.logged.event
        yield Sign(
            line=line,
            kind="asked",
            what=id,
            jurisdiction=asked.jurisdiction,
            on=asked.logged_on,
            because=request.logged.fact.id,
            words=asked.topic,
        )
    if line.startswith(f"{NO_ENGAGEMENT}/"):
        return
    for id, team in history.teams.items():
        yield Sign(
            line=line,
            kind="joined",
            what=id,
            jurisdiction=team.jurisdiction,
            on=team.formed_on,
            because=team.formed.fact.id,
            words=line,
            team_id=id,
        )
    yield from _finished(history)


def _finished(history: History) -> Iterator[Sign]:
    """The steps of plans that are done."""
    for plan in history.plans.values():
        team = history.teams.get(plan.team_id)
        for step_id, step in plan.steps.items():
            report = plan.report(step_id)
            if team is None or report is None or report.event.status != "done":
                continue
            yield Sign(
                line=history.line,
                kind="finished",
                what=f"{plan.id}/{step_id}",
                jurisdiction=team.jurisdiction,
                on=report.event.reported_on,
                because=report.fact.id,
                words=step.text,
                team_id=team.id,
            )
