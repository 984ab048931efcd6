"""Reports: the figures of what whoever asks may see, as of today."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from services.evaluation import repository
from services.evaluation.decisions import reporting as deciding
from services.evaluation.domain.account import Account
from services.evaluation.domain.parts import Part
from services.evaluation.domain.reporting import By, Comparison, FullReport
from services.evaluation.repository import reporting
from shared.obligations.ruling import ruling
from shared.playbooks.topics import folded
from shared.storage import facts as kept
from shared.storage.work import Store, Unit


async def reported(store: Store, by: By | None = None, of: str = "") -> FullReport:
    """The report of what has this in common; of all that is theirs to see, if nothing is named."""
    async with store.look() as unit:
        parts = await reporting.parts(unit, of if by == "engagement" else None)
        today, is_partial = _today(unit), not unit.caller.sees_all
        found = deciding.reported(parts, by, _meant(unit, by, of), today, _names(unit, parts), is_partial)
        if by != "engagement":
            return found
        [part] = [one for one in parts if one.about.id == of and not one.about.is_request]
        return found.model_copy(update={"account": await _account(unit, part, today)})


async def _account(unit: Unit, part: Part, on: date) -> Account | None:
    """All that is told of one engagement."""
    line = part.about.id
    history, known = (await kept.histories(unit, [line]))[line], await repository.known(unit, line)
    codes = {*part.about.places, *(one.jurisdiction for one in known.seen if one.jurisdiction)}
    return deciding.account(history, known, part, await ruling(unit, history), on, _called(unit, codes))


async def compared(store: Store, by: By) -> Comparison:
    """All of which there is a report by this, each with its figures."""
    async with store.look() as unit:
        parts = await reporting.parts(unit)
        return deciding.compared(parts, by, _today(unit), _names(unit, parts), not unit.caller.sees_all)


def _meant(unit: Unit, by: By | None, of: str) -> str:
    """What is called so: a topic has many names, and a jurisdiction and a center are written in many ways."""
    match by:
        case "topic":
            return unit.topics.slug_of(of)
        case "jurisdiction":
            return unit.places.code_of(of) or of
        case "center":
            return folded(of)
    return of


def _names(unit: Unit, parts: Iterable[Part]) -> Mapping[str, str]:
    """What the jurisdictions of these parts are called."""
    return _called(unit, {code for one in parts for code in one.about.places})


def _called(unit: Unit, codes: Iterable[str]) -> Mapping[str, str]:
    return {code: place.name for code in codes if (place := unit.places.get(code))}


def _today(unit: Unit) -> date:
    """The day that it is where the center is."""
    return unit.now.astimezone(ZoneInfo(unit.zone)).date()
