"""Consent by HTTP; what was made of it, followup tells."""

from services.intake import domain, handlers
from services.intake.api.here import Here
from services.intake.decisions import contacts as decisions
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.web.routes import Routes

router = Routes()


@router.post("/contacts/decline", status_code=201)
@open_to(STAFF)
async def decline_contact(command: domain.DeclineContact, here: Here) -> Said:
    """Tell that a team or a person does not want to be contacted."""
    return await handlers.obey(here.store, command, decisions.decline)


@router.post("/contacts/consent", status_code=201)
@open_to(STAFF)
async def consent_to_contact(command: domain.ConsentToContact, here: Here) -> Said:
    """Tell that a team or a person may be contacted, after all or at all."""
    return await handlers.obey(here.store, command, decisions.consent)
