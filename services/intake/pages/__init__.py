"""Intake for people: requests, topics in demand, a new engagement and its teams, playbooks; one file a noun."""

from pathlib import Path

from services.intake.pages import (
    approvals,
    choosing,
    closing,
    imports,
    opening,
    people,
    people_files,
    person,
    playbooks,
    requests,
    team,
    teams,
    topics,
    whatif,
)
from shared.access.opening import ADMINISTRATORS
from shared.web.pages.navigation import Entry, Pages
from shared.web.routes import Routes

router = Routes(prefix="/app", tags=["pages"], include_in_schema=False)
FIRST = (choosing, people_files, people, imports)
"""Their addresses look like those of one person, or of one request."""
for noun in (*FIRST, person, topics, requests, opening, closing, teams, team, approvals, playbooks, whatif):
    router.include_router(noun.router)
ENTRIES = (
    Entry("Topics in demand", "/app/topics", order=30, icon="trending_up"),
    Entry("Requests", "/app/requests", order=35, icon="support"),
    Entry("Playbooks", "/app/playbooks", order=60, icon="local_library"),
    Entry("People", "/app/people", order=905, icon="people", roles=ADMINISTRATORS),
)
PAGES = Pages(router, Path(__file__).parents[1] / "templates", ENTRIES)
