"""Whether the rows that lists are made of tell what the facts tell: each thing that was said, and nothing else."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass

from benchmarks.faults.facts import Log
from benchmarks.faults.seen import SERVICES, Row, Seen
from benchmarks.faults.verdict import Verdict
from shared.events import evaluation, intake, sessions
from shared.events.base import NO_ENGAGEMENT
from shared.playbooks.history import History
from shared.playbooks.topics import Topics

Things = dict[tuple[object, ...], str | None]
"""By key: the state that a row has to show, or None where it shows none."""


@dataclass(frozen=True)
class Drawer:
    """One table of a service, and what has to be in it by the facts of a line."""

    service: str
    table: str
    keys: tuple[str, ...]
    things: Callable[[History], Things]


def _sessions(line: History) -> Things:
    return {
        (line.line, id): "cancelled" if it.cancelled else "held" if it.held else "scheduled"
        for id, it in line.sessions.items()
    }


def _plans(line: History) -> Things:
    return {
        (line.line, id): "rejected" if it.is_rejected else "accepted" if it.is_accepted else "submitted"
        for id, it in line.plans.items()
    }


def _requests(line: History) -> Things:
    withdrawn = {it.event.request_id for it in line.said.of(intake.TaRequestWithdrawn)}
    answered = {it.event.request_id for it in line.said.of(intake.TaRequestAnswered)}
    logged = [it.event.request_id for it in line.said.of(intake.TaRequestLogged)]
    return {(id,): "withdrawn" if id in withdrawn else "answered" if id in answered else "logged" for id in logged}


def _engagements(line: History) -> Things:
    return {(line.line,): "closed" if line.engagement.closed else "open"} if line.engagement else {}


DRAWERS = (
    Drawer("sessions", "session", ("engagement_id", "session_id"), _sessions),
    Drawer("sessions", "plan", ("engagement_id", "plan_id"), _plans),
    Drawer(
        "sessions",
        "homework",
        ("engagement_id", "homework_id"),
        lambda line: {(line.line, it.event.homework_id): None for it in line.said.of(sessions.HomeworkAssigned)},
    ),
    Drawer("intake", "request", ("request_id",), _requests),
    Drawer("intake", "engagement", ("engagement_id",), _engagements),
    Drawer(
        "intake",
        "team",
        ("engagement_id", "team_id"),
        lambda line: {(line.line, id): "left" if team.left else "formed" for id, team in line.teams.items()},
    ),
    Drawer(
        "intake",
        "playbook",
        ("playbook", "version"),
        lambda line: {(it.event.playbook, it.event.version): None for it in line.said.of(intake.PlaybookPublished)},
    ),
    Drawer(
        "evaluation",
        "outcome",
        ("engagement_id", "outcome_id"),
        lambda line: {(line.line, it.event.outcome_id): None for it in line.said.of(evaluation.OutcomeRecorded)},
    ),
    Drawer(
        "evaluation",
        "goal",
        ("engagement_id", "goal_id"),
        lambda line: {(line.line, id): None for id in line.goals} if line.engagement else {},
    ),
    Drawer(
        "evaluation",
        "answer",
        ("round_id", "answer_id"),
        lambda line: {
            (it.event.round_id, it.event.answer_id): None for it in line.said.of(evaluation.EvaluationAnswered)
        },
    ),
)
"""What the producers have something to put into."""


def check(seen: Seen, log: Log, histories: Mapping[str, History], verdict: Verdict) -> None:
    """Note rows that lack, that show another state, or that belong to nothing; and lines without facts."""
    for drawer in DRAWERS:
        wanted: Things = {}
        for history in histories.values():
            wanted |= drawer.things(history)
        rows = {tuple(row[name] for name in drawer.keys): row for row in seen.rows(drawer.service, drawer.table)}
        for what in _differences(wanted, rows):
            verdict.wrong("rows differ", f"{drawer.service}.{drawer.table}: {what}")
    homes = {fact.id: line for line, history in histories.items() for fact in history.facts.values()}
    for service in SERVICES:
        _lines(service, seen, log, homes, _counted(histories) if service == "intake" else set(), verdict)


def _counted(histories: Mapping[str, History]) -> set[str]:
    """The lines of topics that somebody asked about: intake counts there, long before it says anything of them."""
    slug_of = Topics().slug_of
    return {
        f"{NO_ENGAGEMENT}/{slug_of(request.logged.event.topic)}"
        for history in histories.values()
        for request in history.requests.values()
    }


def _differences(wanted: Things, rows: Mapping[tuple[object, ...], Row]) -> Iterator[str]:
    for key in wanted.keys() - rows.keys():
        yield f"{key} is missing"
    for key in rows.keys() - wanted.keys():
        yield f"{key} belongs to no fact"
    for key in wanted.keys() & rows.keys():
        if wanted[key] is not None and rows[key]["state"] != wanted[key]:
            yield f"{key} is {rows[key]['state']}, must be {wanted[key]}"


def _lines(
    service: str, seen: Seen, log: Log, homes: Mapping[str, str], may_be_empty: Set[str], verdict: Verdict
) -> None:
    """Each fact stands in its line, and each line has a fact, unless it may be empty."""
    lines = {row["line"] for row in seen.rows(service, "line")}
    empty = set(lines)
    for id, row in log.kept[service].items():
        empty.discard(row["line"])
        if row["line"] not in lines:
            verdict.wrong("orphan", f"{service}: fact {id} in line {row['line']}, of which there is none")
        elif not row["ledger"] and homes.get(id, row["line"]) != row["line"]:
            verdict.wrong("orphan", f"{service}: fact {id} in line {row['line']}, must be {homes[id]}")
    for line in empty - may_be_empty:
        verdict.wrong("orphan", f"{service}: line {line} has no fact")
