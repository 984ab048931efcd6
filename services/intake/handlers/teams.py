"""The teams of an engagement and its approvals, as pages show them to those whose engagement it is."""

from services.intake import repository
from services.intake.decisions import teams, waiting
from services.intake.decisions.grounds import today
from services.intake.domain.overview import Overview
from services.intake.domain.waiting import Clocked
from shared.access.caller import Caller
from shared.errors import Unknown
from shared.storage.headings import heading
from shared.storage.work import Store


async def shown(store: Store, caller: Caller, engagement_id: str) -> Overview:
    """All that intake knows of an engagement; what is foreign to the caller is not there."""
    async with store.look() as unit:
        about = await heading(unit, engagement_id)
        if not about.is_of(caller):
            raise Unknown("engagement", engagement_id)
        known = await repository.of_engagement(unit, engagement_id)
        everything = await repository.every_approval(unit) if known.approvals else []
        answers = known.engagement.answers if known.engagement else ()
        asking = [one.jurisdiction for one in (await repository.requests(unit, answers)).values()]
        on = today(known, unit.now)
    clocks = [waiting.clocked(one, everything, on) for one in known.approvals.values()]
    return Overview(
        about=about,
        known=known,
        clocks=tuple(sorted(clocks, key=_most_urgent)),
        without_team=teams.without_team(asking, known.teams),
        today=on,
    )


def _most_urgent(one: Clocked) -> tuple[bool, int, int, str]:
    return (one.state != "asked", -one.overdue_by, -one.days_open, one.approval_id)
