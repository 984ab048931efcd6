"""Rounds that were held: how many were asked, and how many answered, as far as anybody told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.evaluation.domain.parts import Held, Invited
from shared.events.base import Fact
from shared.events.evaluation import EvaluationAnswered, EvaluationClosed, EvaluationOpened
from shared.events.fields import RUNNERS
from shared.obligations.reconcile import Row
from shared.playbooks.history import History


def held(history: History, rows: Mapping[str, Row], told: Sequence[Fact], invited: Invited) -> tuple[Held, ...]:
    """Every round that has opened and was not withdrawn; not those in which whoever runs the engagement is asked."""
    opened = {key: row for key, row in rows.items() if row.fired_at is not None and row.state != "withdrawn"}
    opened = {key: row for key, row in opened.items() if row.ask not in RUNNERS}
    answers: dict[str, list[datetime]] = {}
    for fact, event in history.said.of(EvaluationAnswered):
        answers.setdefault(event.round_id, []).append(fact.time)
    facts = [*told, *(one.fact for one in history.said.of(EvaluationClosed))]
    return tuple(
        _held(row, answers.get(key, ()), [one for one in facts if _is_of(one, key)], history, invited)
        for key, row in sorted(opened.items())
    )


def _is_of(fact: Fact, key: str) -> bool:
    return isinstance(fact.event, EvaluationOpened | EvaluationClosed) and fact.event.round_id == key


def _held(row: Row, answers: Sequence[datetime], told: Sequence[Fact], history: History, invited: Invited) -> Held:
    events: list[Any] = [one.event for one in told]
    counts: list[int] = [event.answered for event in events if getattr(event, "answered", None) is not None]
    over = min([one.time for one in told if isinstance(one.event, EvaluationClosed)], default=None)
    end = min([at for at in (over, row.closes_at) if at is not None], default=None)
    team = history.teams.get(row.team_id) if row.team_id else None
    zone = ZoneInfo(row.zone)
    # What came in by other ways is told when a round closes; what came in since is counted here.
    answered = max([len(answers), *counts]) if answers or counts or row.is_open else None
    return Held(
        key=row.key,
        kind=row.kind,
        place=team.jurisdiction if team else None,
        is_open=row.is_open,
        by_team=row.key in invited.by_team,
        asked=_asked(told, invited.how_many.get(row.key)),
        answered=answered,
        late=sum(end is not None and at > end for at in answers),
        title=row.title,
        opened_on=row.fired_at.astimezone(zone).date() if row.fired_at else None,
        until=end.astimezone(zone).date() if end else None,
    )


def _asked(told: Sequence[Fact], invited: int | None) -> int | None:
    """How many were asked: as the closing counted, else who was invited; before anybody was, as the opening foresaw."""
    kinds = EvaluationClosed, EvaluationOpened
    said = {kind: [one.event for one in told if isinstance(one.event, kind)] for kind in kinds}
    closing, opening = ([e.invited for e in sorted(said[kind], key=_turn) if e.invited is not None] for kind in kinds)
    return next((n for n in (*closing[-1:], invited, *opening[-1:]) if n is not None), None)


def _turn(event: EvaluationOpened | EvaluationClosed) -> int:
    return event.n
