"""Playbooks by HTTP."""

from typing import Annotated

from fastapi import Query

from services.intake import domain, handlers, repository
from services.intake.api.here import Here
from services.intake.decisions import playbooks as decisions
from services.intake.domain import Playbook
from shared import shelf
from shared.access.opening import ADMINISTRATORS, STAFF, open_to
from shared.commands import Said
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


@router.post("/playbooks", status_code=201)
@open_to(ADMINISTRATORS)
async def publish_playbook(command: domain.PublishPlaybook, here: Here) -> Said:
    """Put a playbook into force; one with an error never replaces a good one.

    One that extends a playbook of Throughline's own is made whole first.
    """
    whole = shelf.whole_text(command.document, "playbook")
    command = command.model_copy(update={"document": whole.document})
    return await handlers.obey(here.store, command, decisions.publish)


@router.get("/playbooks")
@open_to(STAFF)
async def list_playbooks(here: Here, asked: Which, playbook: str | None = None) -> Page[Playbook]:
    """All versions of all playbooks."""
    async with here.store.look() as unit:
        return await repository.PLAYBOOKS.page(unit, asked, playbook=playbook)


@router.get("/playbooks/{playbook}")
@open_to(STAFF)
async def get_playbook(
    playbook: str, here: Here, version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None
) -> Playbook:
    """The newest version of a playbook, or the one that is asked for."""
    async with here.store.look() as unit:
        return await repository.playbook(unit, playbook, version)
