"""Rows <-> domain: how intake keeps what it knows, and finds it again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from services.intake import domain, tables
from services.intake.decisions import topics
from services.intake.domain import (
    Application,
    Approval,
    Asked,
    Cohort,
    Engagement,
    Known,
    OfRequest,
    Peers,
    Playbook,
    Request,
    Team,
)
from services.intake.domain.requests import hashed_id, own_id
from shared.errors import Unknown
from shared.events.base import NO_ENGAGEMENT, Fact, say
from shared.events.intake import TopicInDemand
from shared.playbooks.history import History
from shared.playbooks.model import DESK, read
from shared.playbooks.model import Playbook as Rules
from shared.playbooks.planner import calendar_of
from shared.storage import facts as kept
from shared.storage.facts import Turn
from shared.storage.listing import MOST, Shelf
from shared.storage.ownership import rows_theirs
from shared.storage.rows import Drawer, Records
from shared.storage.tables import table
from shared.storage.work import Unit

REQUEST, ENGAGEMENT = table(tables.RequestRow), table(tables.EngagementRow)
APPROVAL, APPLICATION = table(tables.ApprovalRow), table(tables.ApplicationRow)
COHORT, TEAM, PEERS = table(tables.CohortRow), table(tables.TeamRow), table(tables.PeersRow)
PLAYBOOK = table(tables.PlaybookRow)

RECORDS: Records[Known] = Records(
    view=domain.known,
    drawers=(
        Drawer(
            REQUEST,
            lambda known: {(r.request_id,): r for r in known.requests.values()},
            filtered_by=("source", "external_id", "jurisdiction", "topic", "state", "answered_by", "logged_on"),
        ),
        Drawer(
            ENGAGEMENT,
            lambda known: {(known.engagement.engagement_id,): known.engagement} if known.engagement else {},
            filtered_by=("playbook", "topic", "center", "facilitator", "state", "opened_on"),
        ),
        Drawer(
            APPROVAL,
            lambda known: {(a.engagement_id, a.approval_id): a for a in known.approvals.values()},
            filtered_by=("about", "jurisdiction", "region", "state", "asked_on"),
        ),
        Drawer(
            APPLICATION,
            lambda known: {(a.engagement_id, a.application_id): a for a in known.applications.values()},
            filtered_by=("jurisdiction", "stage", "received_on"),
        ),
        Drawer(
            COHORT,
            lambda known: {(c.engagement_id, c.cohort): c for c in known.cohorts.values()},
            filtered_by=(),
        ),
        Drawer(
            TEAM,
            lambda known: {(t.engagement_id, t.team_id): t for t in known.teams.values()},
            filtered_by=("jurisdiction", "cohort", "state", "formed_on"),
        ),
        Drawer(
            PEERS,
            lambda known: {(p.engagement_id, *p.pair): p for p in known.peers.values()},
            filtered_by=("state",),
        ),
        Drawer(
            PLAYBOOK,
            lambda known: {(p.playbook, p.version): p for p in known.playbooks.values()},
            filtered_by=("published_at",),
        ),
    ),
)

REQUESTS = Shelf(REQUEST, Request, "request", order=("logged_on", "request_id"))
ENGAGEMENTS = Shelf(ENGAGEMENT, Engagement, "engagement", order=("opened_on", "engagement_id"))
APPROVALS = Shelf(APPROVAL, Approval, "approval", order=("asked_on", "engagement_id", "approval_id"))
APPLICATIONS = Shelf(APPLICATION, Application, "application", order=("received_on", "engagement_id", "application_id"))
COHORTS = Shelf(COHORT, Cohort, "cohort", order=("engagement_id", "cohort_id"))
TEAMS = Shelf(TEAM, Team, "team", order=("formed_on", "engagement_id", "team_id"))
PAIRS = Shelf(PEERS, Peers, "peers", order=("engagement_id", "from_team", "to_jurisdiction", "need"))
PLAYBOOKS = Shelf(PLAYBOOK, Playbook, "playbook", order=("playbook", "version"))


async def record(unit: Unit, facts: Sequence[Fact], said: bool) -> list[Turn]:
    """Keep facts, and say which topics have come into demand by them, all in one transaction."""
    turns = await RECORDS.record(unit, facts, said)
    opened = [(request, turn.new[-1].id) for turn in turns for request in _opened_by(turn)]
    causes = {unit.topics.slug_of(request.topic): cause for request, cause in opened}
    if not causes:
        return turns
    desk = await ruling(unit)
    # In one order everywhere, so that of two who count the same topics neither waits for the other.
    for one in await asking(unit, desk, sorted(causes)):
        line = f"{NO_ENGAGEMENT}/{one.topic}"
        noticed = [say(it, unit.now, ZoneInfo(unit.zone), causes[one.topic]) for it in topics.demand(one, desk.demand)]
        if noticed:
            await RECORDS.record(unit, noticed, True)
        elif not unit.alone:
            await kept.touch(unit, line)
    return turns


def _opened_by(turn: Turn) -> Iterator[Request]:
    """The requests that wait for an answer now, and did not before, or not in the same words.

    What is told as part of the past brings no topic into demand by itself; whoever asks next is counted with it.
    """
    if not turn.line.startswith(f"{NO_ENGAGEMENT}/") or all(fact.is_historic for fact in turn.new):
        return
    before = {request.request_id: request for request in domain.known(turn.before).requests.values()}
    for id, request in domain.known(turn.after).requests.items():
        if request.state == "logged" and request != before.get(id):
            yield request


async def asking(unit: Unit, desk: Rules, slugs: Iterable[str] | None = None) -> list[topics.Asking]:
    """Who asks about each of these topics now, or about each topic that anybody asks about, and what was said of it."""
    today = unit.now.astimezone(ZoneInfo(unit.zone)).date()
    first = calendar_of(desk, unit.places, unit.zone).add(today, desk.demand.within, -1)
    counted = (REQUEST.c.state == "logged", REQUEST.c.logged_on >= first, rows_theirs(unit, REQUEST))
    texts = (await unit.connection.scalars(select(REQUEST.c.topic).where(*counted).distinct())).all()
    named = {text: unit.topics.slug_of(text) for text in texts}
    wanted = sorted(set(named.values()) if slugs is None else set(slugs))
    meant = [text for text, slug in named.items() if slug in wanted]
    # Each new request asks this anew, and most of what was told of the others does not matter to it.
    columns = [REQUEST.c[name] for name in topics.Asks._fields]
    rows = await unit.connection.execute(select(*columns).where(*counted, REQUEST.c.topic.in_(meant)))
    asked: dict[str, list[topics.Asks]] = {slug: [] for slug in wanted}
    for row in rows:
        asked[named[row.topic]].append(topics.Asks(*row))
    # That a topic is in demand is said of all jurisdictions together; of who asks, each sees only their own.
    with unit.unasked():
        lines = await kept.histories(unit, [f"{NO_ENGAGEMENT}/{slug}" for slug in wanted])
    return [topics.asking(slug, asked[slug], _said_of(lines[f"{NO_ENGAGEMENT}/{slug}"]), first) for slug in wanted]


def _said_of(history: History) -> list[TopicInDemand]:
    """What was ever said of a topic in demand, by when it happened; what was taken back among it."""
    told = sorted(history.facts.values(), key=lambda fact: (fact.time, fact.id))
    return [fact.event for fact in told if isinstance(fact.event, TopicInDemand)]


async def ruling(unit: Unit) -> Rules:
    """The playbook of the desk that is in force; where none was published, one that says nothing."""
    newest = select(PLAYBOOK).where(PLAYBOOK.c.playbook == DESK).order_by(PLAYBOOK.c.version.desc()).limit(1)
    row = (await unit.connection.execute(newest)).first()
    return read(PLAYBOOKS.read(row).document) if row else Rules(playbook=DESK, version=1, title="TA requests")


async def known_for(unit: Unit, command: Asked) -> Known:
    """All that has to be known to decide a command: its own line, and what it names beside."""
    # A tracker's id names one request, whoever asks; whether it is theirs, its line tells.
    with unit.unasked():
        line = await _line(unit, command)
    known = await RECORDS.known(unit, line)
    beside = command.beside
    newest = await _newest(unit) if beside.playbooks else {}
    return replace(
        known,
        zone=_zone(unit, command, known),
        places=unit.places,
        requests={**known.requests, **await requests(unit, beside.requests)},
        engagements=await _opened(unit, beside.engagements),
        published=tuple(newest),
        newest=newest,
    )


async def of_engagement(unit: Unit, engagement_id: str) -> Known:
    """All that is known of an engagement that was opened."""
    known = await RECORDS.known(unit, engagement_id)
    if known.engagement is None:
        raise Unknown("engagement", engagement_id)
    return replace(known, places=unit.places)


async def applications(unit: Unit) -> list[Application]:
    """Every application that ever came, to whatever engagement."""
    rows = await unit.connection.execute(select(APPLICATION).where(rows_theirs(unit, APPLICATION)))
    return [APPLICATIONS.read(row) for row in rows]


def _zone(unit: Unit, command: Asked, known: Known) -> ZoneInfo:
    """Where the days of a command begin: in its own zone, its engagement's, or that of the agency it is about."""
    if command.in_zone or known.engagement:
        return ZoneInfo(command.in_zone) if command.in_zone else known.zone
    asking = [request.jurisdiction for request in known.requests.values()]
    asked_for = [approval.jurisdiction for approval in known.approvals.values()]
    places = (command.place, *asking, *asked_for)
    zones = (unit.places.zone_of(place) for place in places if place)
    return next((zone for zone in zones if zone), ZoneInfo(unit.zone))


async def every_approval(unit: Unit) -> list[Approval]:
    """All approvals that were ever asked for, be they foreign: how long regions take is counted from all of them."""
    return [APPROVALS.read(row) for row in await unit.connection.execute(select(APPROVAL))]


async def open_approvals(unit: Unit) -> set[tuple[str, str]]:
    """The engagements and ids of the approvals that wait for an answer, and are not foreign to whoever asks."""
    c = APPROVAL.c
    query = select(c.engagement_id, c.approval_id).where(c.state == "asked", rows_theirs(unit, APPROVAL))
    return {(row.engagement_id, row.approval_id) for row in await unit.connection.execute(query)}


async def requests(unit: Unit, ids: Sequence[str]) -> dict[str, Request]:
    """These requests, as far as they are known, each with all that was told of it."""
    found: dict[str, Request] = {}
    for first in range(0, len(ids), MOST):
        some = REQUEST.c.request_id.in_(ids[first : first + MOST])
        rows = await unit.connection.execute(select(REQUEST).where(some, rows_theirs(unit, REQUEST)))
        found |= {row.request_id: REQUESTS.read(row) for row in rows}
    return found


async def tracked(unit: Unit, source: str, external_id: str) -> Request | None:
    """The request that a tracker knows by this id of its own."""
    named = (REQUEST.c.source == source, REQUEST.c.external_id == external_id, rows_theirs(unit, REQUEST))
    row = (await unit.connection.execute(select(REQUEST).where(*named).order_by(REQUEST.c.request_id))).first()
    return REQUESTS.read(row) if row else None


async def playbook(unit: Unit, name: str, version: int | None) -> Playbook:
    """One version of a playbook, or the newest."""
    query = select(PLAYBOOK).where(PLAYBOOK.c.playbook == name).order_by(PLAYBOOK.c.version.desc())
    if version is not None:
        query = query.where(PLAYBOOK.c.version == version)
    row = (await unit.connection.execute(query.limit(1))).first()
    if row is None:
        raise Unknown("playbook", name if version is None else f"{name} version {version}")
    return PLAYBOOKS.read(row)


async def _line(unit: Unit, command: Asked) -> str:
    """The command's line. A request is looked for by what its tracker calls it, for it may have any id here."""
    if not isinstance(command, OfRequest) or not (command.source and command.external_id):
        return command.line
    if request := await tracked(unit, command.source, command.external_id):
        return f"{NO_ENGAGEMENT}/{request.request_id}"
    plain = own_id(command.source, command.external_id)
    if command.request_id is None and await requests(unit, [plain]):
        return f"{NO_ENGAGEMENT}/{hashed_id(command.source, command.external_id)}"
    return command.line


async def _opened(unit: Unit, ids: Iterable[str]) -> frozenset[str]:
    named = ENGAGEMENT.c.engagement_id.in_(list(ids))
    query = select(ENGAGEMENT.c.engagement_id).where(named, rows_theirs(unit, ENGAGEMENT))
    return frozenset((await unit.connection.scalars(query)).all())


async def _newest(unit: Unit) -> dict[str, int]:
    """The newest version of every playbook."""
    newest = select(PLAYBOOK.c.playbook, func.max(PLAYBOOK.c.version)).group_by(PLAYBOOK.c.playbook)
    rows = await unit.connection.execute(newest.order_by(PLAYBOOK.c.playbook))
    return {row[0]: row[1] for row in rows}
