"""An engagement before it is opened: whether it could be, and the whole schedule that its playbook would make."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select

from services.intake import repository
from services.intake.decisions import engagements
from services.intake.decisions.foreseeing import UNSURE, Foreseen, foreseen, in_a_sentence
from services.intake.domain import FormTeam, OpenEngagement, Playbook, Request
from services.intake.handlers import obey
from shared.errors import Malformed
from shared.playbooks.model import DESK, read
from shared.playbooks.places import Places
from shared.playbooks.planner import calendar_of
from shared.storage.ownership import rows_theirs
from shared.storage.work import Store

EXAMPLE = ("KY", "WI", "VI")
"""Who takes part in the imagination where nobody is named."""


async def published(store: Store) -> list[Playbook]:
    """The newest version of every playbook, by name."""
    async with store.look() as unit:
        rows = await unit.connection.execute(select(repository.PLAYBOOK).order_by(repository.PLAYBOOK.c.version))
        newest = {row.playbook: repository.PLAYBOOKS.read(row) for row in rows}
    return [newest[name] for name in sorted(newest)]


async def versions(store: Store) -> list[Playbook]:
    """All versions of all playbooks, the newest of each first."""
    order = (repository.PLAYBOOK.c.playbook, repository.PLAYBOOK.c.version.desc())
    async with store.look() as unit:
        rows = await unit.connection.execute(select(repository.PLAYBOOK).order_by(*order))
        return [repository.PLAYBOOKS.read(row) for row in rows]


async def models(store: Store) -> list[tuple[str, str, str]]:
    """The playbooks by which an engagement may be run: name, title, and what such an engagement is in a sentence."""
    found = [read(one.document) for one in await published(store) if one.playbook != DESK]
    return sorted(((one.playbook, one.title, in_a_sentence(one)) for one in found), key=lambda one: one[1])


async def waiting(store: Store) -> list[Request]:
    """The requests of whoever asks that nothing has answered yet, the latest first."""
    request = repository.REQUEST
    query = select(request).where(request.c.state == "logged").order_by(request.c.logged_on.desc())
    async with store.look() as unit:
        rows = await unit.connection.execute(query.where(rows_theirs(unit, request)).limit(200))
        return [repository.REQUESTS.read(row) for row in rows]


async def free_id(store: Store, wanted: str) -> str:
    """This id for an engagement, or the next like it that none has."""
    column = repository.ENGAGEMENT.c.engagement_id
    async with store.look() as unit:
        taken = set(await unit.connection.scalars(select(column).where(column.startswith(wanted, autoescape=True))))
    return next(name for n in count(1) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken)


async def foresee(store: Store, command: OpenEngagement, jurisdictions: Sequence[str]) -> list[Foreseen]:
    """The schedule of this engagement, before anything is said; refused for what would be refused."""
    async with store.look() as unit:
        known = await repository.known_for(unit, command)
        engagements.open_(command, known, unit.now)
        playbook = read((await repository.playbook(unit, command.playbook, None)).document)
        places, now = unit.places, unit.now
    are_known([code for code in jurisdictions if places.get(code) is None])
    asking = [known.requests[id].jurisdiction for id in command.answers if id in known.requests]
    teams = [*dict.fromkeys(jurisdictions or asking or EXAMPLE)]
    start = command.opened_on or now.astimezone(ZoneInfo(command.time_zone)).date()
    calendar = calendar_of(playbook, places, command.time_zone)
    told = replace(UNSURE, center=command.center, topic=command.topic, goals=command.goals)
    told = replace(told, people=command.people.model_dump(exclude_none=True), regions=_regions(teams, places))
    return foreseen(playbook, start, teams, calendar, command.planned_sessions, command.planned_close, told)


async def open_with(store: Store, command: OpenEngagement, teams: Sequence[FormTeam]) -> None:
    """Open an engagement together with its first teams: all of it, or nothing; said twice it is opened once."""
    await obey(store, command, engagements.open_with(teams))


async def schedule(store: Store, document: str, start: date, jurisdictions: Sequence[str]) -> list[Foreseen]:
    """The schedule that a playbook makes for an imagined engagement that is opened on a day."""
    async with store.look() as unit:
        places, zone = unit.places, unit.zone
    are_known([code for code in jurisdictions if places.get(code) is None])
    playbook, teams = read(document), jurisdictions or EXAMPLE
    told = replace(UNSURE, regions=_regions(teams, places))
    return foreseen(playbook, start, teams, calendar_of(playbook, places, zone), told=told)


def _regions(jurisdictions: Sequence[str], places: Places) -> list[int]:
    """The regional offices that are asked about these jurisdictions."""
    return sorted({place.region for code in jurisdictions if (place := places.get(code)) and place.region})


def are_known(unknown: Sequence[str]) -> None:
    """Refuse jurisdictions that are not known here."""
    if unknown:
        raise Malformed(f"{', '.join(unknown)}: no jurisdiction that is known here; use codes like KY", "jurisdictions")
