"""The rows of the tables that evaluators take with them: a function a table, from what is known of one line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from services.evaluation.decisions.data.asked import answer_counts, answers, rounds
from services.evaluation.decisions.data.engagements import engagements, requests, role_changes, teams
from services.evaluation.decisions.data.followed import contacts, tasks
from services.evaluation.decisions.data.gone import before
from services.evaluation.decisions.data.meetings import attendance, homework, sessions
from services.evaluation.decisions.data.plans import plans, steps
from services.evaluation.decisions.data.seen import assessments, goals, outcomes
from services.evaluation.domain.data import Source
from shared.tabular.columns import DataRow

ROWS: Mapping[str, Callable[[Source], Iterable[DataRow]]] = {
    "engagements": engagements,
    "teams": teams,
    "role_changes": role_changes,
    "requests": requests,
    "sessions": sessions,
    "attendance": attendance,
    "homework": homework,
    "plans": plans,
    "steps": steps,
    "tasks": tasks,
    "contacts": contacts,
    "rounds": rounds,
    "answer_counts": answer_counts,
    "answers": answers,
    "goals": goals,
    "assessments": assessments,
    "outcomes": outcomes,
}
"""How each table is made."""


def rows(table: str, source: Source, with_gone: bool) -> Iterator[dict[str, Any]]:
    """The rows of a line, and if wished those that are there no more, of which only the key is told."""
    found = {row.named: row for row in ROWS[table](source)}
    for row in found.values():
        yield {**row.model_dump(), "gone": False}
    if with_gone:
        for name, row in _before(table, source).items():
            if name not in found:
                yield {**dict(zip(row.key, name, strict=True)), "gone": True}


def _before(table: str, source: Source) -> dict[tuple[object, ...], DataRow]:
    """The rows that there ever were, as far as any may have gone."""
    return {row.named: row for one in before(source) for row in ROWS[table](one)}
