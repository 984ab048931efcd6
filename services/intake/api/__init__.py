"""Intake by HTTP: its commands, and questions about all that it owns; one file a noun."""

from services.intake.api import (
    approvals,
    contacts,
    engagements,
    imports,
    peers,
    people,
    playbooks,
    requests,
    teams,
    topics,
)
from shared.web.routes import Routes

router = Routes(tags=["intake"])
for noun in (requests, imports, topics, engagements, approvals, teams, peers, playbooks, contacts, people):
    router.include_router(noun.router)
