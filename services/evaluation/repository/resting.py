"""On what proposals rest: the signs of jurisdictions, and which of them are whose to see."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import or_, select

from services.evaluation.domain import Known, Sign
from services.evaluation.domain.resting import Rests, sign_of
from services.evaluation.repository import SIGN
from shared.storage import facts as kept
from shared.storage.ownership import rows_theirs
from shared.storage.work import Unit


async def of(unit: Unit, known: Known, closed_on: date | None) -> Mapping[str, Rests]:
    """On what each proposal rests that nobody has confirmed, as far as that is still said."""
    waiting = [one for one in known.proposals.values() if one.state != "confirmed"]
    places = {one.jurisdiction for one in waiting if one.jurisdiction}
    found = await _signs(unit, places, closed_on or date.min) if places else []
    mine = {one.outcome_id: sign_of(one, (sign for sign, _ in found)) for one in waiting}
    rests = {one.sign: one for one in await _with_titles(unit, [pair for pair in found if pair[0] in mine.values()])}
    return {id: rests[sign] for id, sign in mine.items() if sign}


async def _signs(unit: Unit, jurisdictions: Collection[str], after: date) -> list[tuple[Sign, bool]]:
    """What these jurisdictions did after a day; with each whether it is theirs to see who ask."""
    later = or_(SIGN.c.on.is_(None), SIGN.c.on > after)
    query = select(SIGN.c.document, rows_theirs(unit, SIGN).label("is_theirs"))
    found = await unit.connection.execute(query.where(SIGN.c.jurisdiction.in_(sorted(jurisdictions)), later))
    return [(Sign.model_validate_json(row.document), bool(row.is_theirs)) for row in found]


async def _with_titles(unit: Unit, told: Iterable[tuple[Sign, bool]]) -> list[Rests]:
    """Signs with what the engagements are called of which they tell; nobody learns the title of one that is foreign."""
    found = list(told)
    joined = {sign.line for sign, is_theirs in found if is_theirs and sign.kind == "joined"}
    histories = await kept.histories(unit, joined)
    titles = {line: one.engagement.words["title"] for line, one in histories.items() if one.engagement}
    return [Rests(sign, is_theirs, titles.get(sign.line)) for sign, is_theirs in found]
