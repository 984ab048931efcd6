"""What if a playbook said otherwise: choose words of it, say what they should be, and see what would be due instead."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import Request

from services.intake import repository
from services.intake.decisions import policies
from services.intake.decisions.policies import Setting
from services.intake.handlers import openings
from services.intake.handlers import policies as handlers
from services.intake.handlers.policies import Policy
from services.intake.pages.founding import codes
from services.intake.pages.here import Here
from services.intake.pages.playbooks import imaginable
from shared.access.opening import STAFF, open_to
from shared.errors import Malformed, problems
from shared.playbooks.differing import CHANGED, Compared, Differs
from shared.playbooks.model import DESK, read
from shared.web.pages.lists import Listed, listed
from shared.web.pages.refusing import wants_page
from shared.web.pages.times import zone_of
from shared.web.routes import Routes

router = Routes()


@listed(router, "/playbooks/{playbook}/what-if", "whatif.html", name="what-if")
@open_to(STAFF)
async def what_if(
    request: Request,
    here: Here,
    playbook: str,
    version: int | None = None,
    change1: str = "",
    to1: str = "",
    change2: str = "",
    to2: str = "",
    change3: str = "",
    to3: str = "",
    engagement: str = "",
    start: date | None = None,
    jurisdictions: str = "",
) -> Listed:
    """What would be due otherwise, in an imagined engagement or in one that is under way."""
    zone = await zone_of(request)
    async with here.store.look() as unit:
        found = await repository.playbook(unit, playbook, version)
        today = unit.now.astimezone(zone).date()
    typed = ((change1, to1), (change2, to2), (change3, to3))
    changes = tuple((path, value.strip()) for path, value in typed if path)
    policy = Policy(found.document, changes, start or today, codes(jurisdictions), engagement)
    rules = read(found.document)
    can_be_set = policies.settings(rules)
    compared, wrong = await _compared(request, here, policy, can_be_set)
    beside: dict[str, Any] = {
        "found": found,
        "rules": rules,
        "settings": [(one.path, _option(one)) for one in can_be_set],
        "asked": typed,
        "engagements": [(one.engagement_id, one.title) for one in await handlers.ruled_by(here.store, playbook)],
        "engagement": engagement,
        "start": policy.start,
        "jurisdictions": jurisdictions or ", ".join(openings.EXAMPLE),
        "compared": compared,
        "counts": [(kind, n) for kind in CHANGED if (n := _count(compared, kind))],
        "is_asked": bool(changes),
        "is_desk": playbook == DESK,
        "problems": wrong,
    }
    return Listed(compared.differs if compared else (), Differs, beside, status=422 if wrong else 200)


async def _compared(
    request: Request, here: Here, policy: Policy, known: Sequence[Setting]
) -> tuple[Compared | None, Mapping[str, str]]:
    """What came of it, or what was wrong with the question, by the word that it is wrong with."""
    if not policy.changes:
        return None, {}
    try:
        imaginable(policy.start)
        return await handlers.tried(here.store, here.asks, policy), {}
    except Malformed as error:
        if not wants_page(request):
            raise
        labels = {one.path: one.label for one in known}
        return None, {labels.get(one.field, one.field): one.reason for one in problems(error)}


def _count(compared: Compared | None, kind: str) -> int:
    return sum(one.kind == kind for one in compared.differs) if compared else 0


def _option(one: Setting) -> str:
    return f"{one.label} (now {one.now})" if one.now else one.label
