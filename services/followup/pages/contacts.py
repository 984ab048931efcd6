"""Contacts for people: whom somebody reached out to and when, what a policy still allows, and who was left alone."""

from typing import Annotated, Literal

from fastapi import Depends, Request

from services.followup.domain import Outreach
from services.followup.domain.outreach import OUTCOMES, Outcome
from services.followup.handlers import contacts as handlers
from shared.access.opening import STAFF, open_to
from shared.web.desk import Desk, desk
from shared.web.pages.lists import Listed, listed
from shared.web.pages.navigation import Entry
from shared.web.routes import Routes

router = Routes()
ENTRY = Entry("Contacts", "/app/contacts", order=40, icon="phone")
Here = Annotated[Desk, Depends(desk("followup"))]


@listed(router, "/contacts", "contacts.html", name="contacts")
@open_to(STAFF)
async def contacts(
    request: Request,
    here: Here,
    engagement: str = "",
    jurisdiction: str = "",
    outcome: Outcome | Literal[""] = "",
) -> Listed:
    """The latest contacts that were made, are to be made, or were withheld."""
    asked = handlers.Asked(engagement or None, jurisdiction or None, outcome or None)
    found = await handlers.shown(here.store, here.caller, asked)
    is_chosen = bool(engagement or jurisdiction)
    beside = {
        "allowed": [one for one in found.allowed if is_chosen or one.is_used_up],
        "is_chosen": is_chosen,
        "declined": found.declined,
        "outcomes": OUTCOMES,
        "may_count": any(one.outcome in ("due", "unsure", "unreached") for one in found.contacts),
        "engagements": [(one.engagement_id, one.title) for one in found.theirs],
        "places": [(one, one) for one in found.places],
        "filters": {"engagement": engagement, "jurisdiction": jurisdiction, "outcome": outcome},
    }
    return Listed(found.contacts, Outreach, beside)
