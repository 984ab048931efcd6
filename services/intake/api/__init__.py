"""Intake by HTTP: its commands, and questions about all that it owns; one file a noun."""

from fastapi import APIRouter

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

router = APIRouter(tags=["intake"])
for noun in (requests, imports, topics, engagements, approvals, teams, peers, playbooks, contacts, people):
    router.include_router(noun.router)
