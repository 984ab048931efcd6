"""Peers by HTTP."""

from typing import Annotated, Literal

from fastapi import Query

from services.intake import domain, handlers, repository
from services.intake.api.here import Here
from services.intake.decisions import peers as decisions
from services.intake.domain import Peers, ProposedPeers
from shared.access.opening import STAFF, open_to
from shared.commands import Said
from shared.storage.listing import Page
from shared.web.desk import Which
from shared.web.routes import Routes

router = Routes()


@router.post("/peers", status_code=201)
@open_to(STAFF)
async def suggest_peers(command: domain.SuggestPeers, here: Here) -> Said:
    """Tell that a jurisdiction was found which can help a team."""
    return await handlers.obey(here.store, command, decisions.suggest)


@router.post("/peers/connect")
@open_to(STAFF)
async def connect_peers(command: domain.ConnectPeers, here: Here) -> Said:
    """Tell that the two were introduced to one another."""
    return await handlers.obey(here.store, command, decisions.connect)


@router.get("/peers")
@open_to(STAFF)
async def list_peers(
    here: Here,
    asked: Which,
    engagement: str | None = None,
    team: str | None = None,
    jurisdiction: str | None = None,
    state: Literal["suggested", "connected"] | None = None,
) -> Page[Peers]:
    """Pairs by engagement and team; `jurisdiction` is the one that can help."""
    equal = {"engagement_id": engagement, "from_team": team, "to_jurisdiction": jurisdiction, "state": state}
    async with here.store.look() as unit:
        return await repository.PAIRS.page(unit, asked, **equal)


@router.get("/engagements/{engagement_id}/peers/proposed")
@open_to(STAFF)
async def propose_peers(
    engagement_id: str, here: Here, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[ProposedPeers]:
    """Who could help which team, those that take no part among them; the best pairs first, with their reasons."""
    return list(await handlers.propose_peers(here.store, engagement_id))[:limit]
