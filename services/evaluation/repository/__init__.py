"""Rows <-> domain: how evaluation keeps its facts, its ledger, and what it found out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.exc import DBAPIError

from services.evaluation import decisions, domain, tables
from services.evaluation.domain import Answer, Goal, Known, Outcome, Proposal, Sign, Watched
from services.evaluation.domain.asking import how_many
from services.evaluation.domain.watching import signs, watched
from services.evaluation.repository import asking, notices
from shared.errors import NotNow
from shared.events.base import NO_ENGAGEMENT, Fact, say
from shared.events.intake import EngagementChanged, PlaybookPublished
from shared.obligations import ledger
from shared.obligations.following import Following
from shared.obligations.reconcile import Change
from shared.obligations.ruling import ruling
from shared.playbooks.history import History
from shared.playbooks.items import Items
from shared.playbooks.model import TASK
from shared.playbooks.planner import calendar_of
from shared.playbooks.window import window_end
from shared.storage import facts as kept
from shared.storage.database import Raced
from shared.storage.facts import Turn
from shared.storage.listing import Shelf
from shared.storage.many import upsert
from shared.storage.rows import Drawer, Records
from shared.storage.tables import table
from shared.storage.work import Unit

log = structlog.get_logger()

ANSWER, OUTCOME, GOAL = table(tables.AnswerRow), table(tables.OutcomeRow), table(tables.GoalRow)
PROPOSAL, WATCHED, SIGN = table(tables.ProposalRow), table(tables.WatchedRow), table(tables.SignRow)
STIRRED = table(tables.StirredRow)
LINES = 50
"""The most lines that one transaction looks at when it watches."""


async def counts(unit: Unit, changes: Sequence[Change]) -> dict[str, Mapping[str, object]]:
    """How many a round asks when it opens, and how many were asked and answered when it closes."""
    opened = [change.row for change in changes if change.kind == "fall_due"]
    closed = [change.row for change in changes if change.kind in ("close", "complete")]
    histories = await kept.histories(unit, {row.engagement for row in opened})
    told: dict[str, Mapping[str, object]] = {row.key: how_many(histories[row.engagement], row) for row in opened}
    ended = [row.key for row in closed]
    invited, answered = await asking.how_many(unit, ended), await _answered(unit, ended)
    return told | {key: {"invited": invited.get(key), "answered": answered.get(key, 0)} for key in ended}


async def _answered(unit: Unit, round_ids: Sequence[str]) -> dict[str, int]:
    query = select(ANSWER.c.round_id, func.count().label("many")).where(ANSWER.c.round_id.in_(list(round_ids)))
    return {row.round_id: row.many for row in await unit.connection.execute(query.group_by(ANSWER.c.round_id))}


FOLLOWING = Following(keeps=lambda kind: kind != TASK, told=decisions.told, counts=counts)

WATCHING: Drawer[Known] = Drawer(WATCHED, lambda known: known.watched, filtered_by=("jurisdiction",))
SIGNS: Drawer[Known] = Drawer(SIGN, lambda known: known.signs, filtered_by=("jurisdiction", "on"))
RECORDS: Records[Known] = Records(
    view=domain.known,
    drawers=(
        Drawer(
            ANSWER,
            lambda known: {(one.round_id, one.answer_id): one for one in known.answers.values()},
            filtered_by=("team_id",),
        ),
        Drawer(
            OUTCOME,
            lambda known: {(one.engagement_id, one.outcome_id): one for one in known.outcomes.values()},
            filtered_by=("level", "jurisdiction", "goal_id", "seen_on"),
        ),
        Drawer(
            GOAL,
            lambda known: {(one.engagement_id, one.goal_id): one for one in known.goals.values()},
            filtered_by=("level", "verdict"),
        ),
        Drawer(
            PROPOSAL,
            lambda known: {(one.engagement_id, one.outcome_id): one for one in known.proposals.values()},
            filtered_by=("state", "seen_on"),
        ),
        WATCHING,
        SIGNS,
    ),
)

ANSWERS = Shelf(ANSWER, Answer, "answer", order=("round_id", "answer_id"))
PROPOSALS = Shelf(PROPOSAL, Proposal, "outcome", order=("seen_on", "engagement_id", "outcome_id"))
OUTCOMES = Shelf(OUTCOME, Outcome, "outcome", order=("seen_on", "engagement_id", "outcome_id"))
GOALS = Shelf(GOAL, Goal, "goal", order=("engagement_id", "goal_id"))


async def known(unit: Unit, line: str) -> Known:
    """What evaluation knows of an engagement, its rounds among it."""
    history = (await kept.histories(unit, [line]))[line]
    rows = (await ledger.rows(unit, [line]))[line]
    return domain.known(history, rows, await asking.how_many(unit, rows))


async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and bring rows and ledger of their lines in step: the only way in which they change."""
    turns = await keep(unit, facts, said)
    await FOLLOWING.follow(unit, turns)
    return turns


async def keep(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and leave the ledger as it is: for whoever has much to learn before anything is planned."""
    turns = await RECORDS.record(unit, facts, said)
    await notices.keep(unit, turns)
    await _stir(unit, [turn.line for turn in turns if _matters(turn)])
    return turns


async def stirred(unit: Unit) -> datetime | None:
    """Since when something waits that watching has yet to look at."""
    since: datetime | None = await unit.connection.scalar(select(func.min(STIRRED.c.since)))
    return since


async def watch(unit: Unit) -> bool:
    """Look at lines in which something was said, and propose what may be outcomes; tells whether there was any.

    It looks after what was said has been committed: of two facts that two replicas hear at one instant, one is
    looked at when the other is known too.
    """
    waiting = select(STIRRED.c.line).order_by(STIRRED.c.since, STIRRED.c.line).limit(LINES)
    lines = (await unit.connection.scalars(waiting.with_for_update(skip_locked=True))).all()
    await unit.connection.execute(delete(STIRRED).where(STIRRED.c.line.in_(lines)))
    await _stir(unit, await _ruled_by(unit, lines))
    await _fill(unit, lines)
    shown = await _what_shows(unit, lines)
    await _propose(unit, {team: signs for team, signs in shown.items() if signs})
    return bool(lines)


async def _what_shows(unit: Unit, lines: Sequence[str]) -> dict[Watched, list[Sign]]:
    """What may show a change for a team: for those of these lines all that is known, for all others what is new here.

    The date is asked of the database: a state has thousands of signs by and by, and nearly all are from before.
    """
    mine, news = await _teams(unit, WATCHED.c.engagement_id, lines), await _signs(unit, SIGN.c.line, lines)
    closed = min((team.closed_on for team in mine), default=date.max)
    later = or_(SIGN.c.on.is_(None), SIGN.c.on > closed)
    signs = await _signs(unit, SIGN.c.jurisdiction, {team.jurisdiction for team in mine}, later) if mine else []
    others = await _teams(unit, WATCHED.c.jurisdiction, {sign.jurisdiction for sign in news})
    shown = {team: decisions.may_show(team, news, unit.topics) for team in others}
    return shown | {team: decisions.may_show(team, signs, unit.topics) for team in mine}


async def _fill(unit: Unit, lines: Sequence[str]) -> None:
    """Have the rows of these lines that a version left out which did not watch yet."""
    views = [domain.known(history) for history in (await kept.histories(unit, lines)).values()]
    for drawer in (WATCHING, SIGNS):
        await drawer.fill(unit, views)


async def _propose(unit: Unit, shown: Mapping[Watched, Sequence[Sign]]) -> None:
    """Say what was not said before, of the engagements whose window is known."""
    histories = await kept.histories(unit, {team.engagement_id for team in shown})
    for line, history in sorted(histories.items()):
        mine = {team: signs for team, signs in shown.items() if team.engagement_id == line}
        try:
            new = await _new(unit, history, mine)
        except (DBAPIError, NotNow, Raced):
            raise
        except Exception as error:
            # Else one engagement whose window cannot be told would stop the watching of all.
            log.error("line.not_watched", line=line, error=type(error).__name__, exc_info=error)
            continue
        # No rule stands on a proposal: what is owed stays as it is, and a plan that fails takes no other line along.
        if new:
            await keep(unit, new, True)


async def _new(unit: Unit, history: History, shown: Mapping[Watched, Sequence[Sign]]) -> list[Fact]:
    """What the signs propose of one engagement, and was not said before."""
    until = await _last_days(unit, history)
    watched = [(team, signs) for team, signs in shown.items() if team.team_id in until]
    found = [
        pair for team, signs in watched for pair in decisions.propose(team, until[team.team_id], signs, unit.topics)
    ]
    known_ids = {getattr(fact.event, "outcome_id", None) for fact in history.facts.values()}
    zone = ZoneInfo(history.engagement.time_zone if history.engagement else unit.zone)
    return [say(event, unit.now, zone, sign.because) for event, sign in found if event.outcome_id not in known_ids]


async def _last_days(unit: Unit, history: History) -> Mapping[str, date]:
    """The last day on which each team of a closed engagement is contacted; none before its playbook is known."""
    playbook = await ruling(unit, history)
    if playbook is None or history.engagement is None or history.engagement.closed is None:
        return {}
    closed_on = history.engagement.closed.event.closed_on
    items = Items(playbook, history, calendar_of(playbook, unit.places, unit.zone))
    ends = {id: window_end(items, zone) for id, zone in items.ground.zones.items()}
    certain = {id: last for id, (last, is_expected) in ends.items() if last and not is_expected}
    return {id: max(closed_on, certain.get(id, closed_on)) for id in ends}


def _matters(turn: Turn) -> bool:
    """Whether watching has to look at a line again."""
    if turn.line.startswith(f"{NO_ENGAGEMENT}/") and any(isinstance(it.event, PlaybookPublished) for it in turn.new):
        return True
    changed = watched(turn.before) != watched(turn.after) or signs(turn.before) != signs(turn.after)
    return changed or any(isinstance(it.event, EngagementChanged) for it in turn.new)


async def _stir(unit: Unit, lines: Iterable[str]) -> None:
    """Have lines looked at; who looks at one meanwhile has lost the race."""
    await upsert(unit.connection, STIRRED, [{"line": line, "since": unit.now} for line in sorted(set(lines))])


async def _ruled_by(unit: Unit, lines: Sequence[str]) -> Sequence[str]:
    """The closed engagements that a playbook among these lines rules: it may be what tells their window."""
    names = [line.removeprefix(f"{NO_ENGAGEMENT}/") for line in lines if line.startswith(f"{NO_ENGAGEMENT}/")]
    query = select(WATCHED.c.engagement_id).distinct().join(kept.LINE, kept.LINE.c.line == WATCHED.c.engagement_id)
    return (await unit.connection.scalars(query.where(kept.LINE.c.playbook.in_(names)))).all() if names else []


async def _teams(unit: Unit, column: ColumnElement[str], values: Iterable[str]) -> list[Watched]:
    return [Watched.model_validate_json(document) for document in await _documents(unit, column, values)]


async def _signs(
    unit: Unit, column: ColumnElement[str], values: Iterable[str], *also: ColumnElement[bool]
) -> list[Sign]:
    return [Sign.model_validate_json(document) for document in await _documents(unit, column, values, *also)]


async def _documents(
    unit: Unit, column: ColumnElement[str], values: Iterable[str], *also: ColumnElement[bool]
) -> Sequence[str]:
    """The documents of the rows of a column's table in which it has one of these values."""
    query = select(column.table.c.document).where(column.in_(list(values)), *also)
    return (await unit.connection.scalars(query)).all()
