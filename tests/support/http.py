"""An engagement in its second week, said by HTTP: two teams, one of them absent from the first session, a plan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.replay import IN_MEMORY
from tests.support.services import PLAYBOOK, World, a_world

E1 = {"engagement_id": "e1"}
OPENED: dict[str, Any] = {
    **E1,
    "title": "Out-of-school time",
    "playbook": "example",
    "center": "NCASE",
    "topic": "workforce",
    "opened_on": "2027-01-04",
    "time_zone": "America/New_York",
    "people": {"facilitator": "p-f", "evaluator": "p-e", "supervisor": "p-s"},
    "goals": [{"goal_id": "g1", "level": "plan", "statement": "A plan for each team", "by": "2027-03-01"}],
}
STEPS = [{"step_id": "t1", "text": "Invite providers", "owner_role": "lead_agency", "due_on": "2027-04-01"}]


def member(person_id: str) -> dict[str, str]:
    """Somebody of the lead agency."""
    return {"person_id": person_id, "role": "lead_agency"}


def session(number: int, starts_at: str) -> dict[str, Any]:
    """A session that is to take place."""
    return {
        **E1,
        "session_id": f"s{number}",
        "number": number,
        "topic": "Data",
        "starts_at": starts_at,
        "minutes": 120,
    }


@asynccontextmanager
async def prepared(database: str = IN_MEMORY) -> AsyncIterator[World]:
    """It is noon of Wednesday, 13 January 2027: the first session was yesterday, the mid evaluation is open."""
    async with a_world(database=database) as world:
        await world.do("/playbooks", document=PLAYBOOK)
        await world.do("/engagements", **OPENED)
        for place in ("KY", "VI"):
            team = {"team_id": place.lower(), "jurisdiction": place, "lead": "p-1", "members": [member("p-1")]}
            await world.do("/teams", **E1, **team, formed_on="2027-01-04")
        await world.do("/sessions", **session(1, "2027-01-12T15:00:00-05:00"))
        await world.do("/sessions", **session(2, "2027-02-09T15:00:00-05:00"))
        await world.until("2027-01-13", hour=8)
        await world.do(
            "/sessions/hold", **E1, session_id="s1", held_at="2027-01-12T15:05-05:00", attendance={"ky": ["p-1"]}
        )
        await world.do("/homework", **E1, homework_id="h1", session_id="s2", due_on="2027-02-08", text="Ask families")
        await world.do("/plans", **E1, plan_id="p1", team_id="ky", steps=STEPS)
        await world.until("2027-01-13")
        yield world
