"""A program officer asks which teams are at risk, and reads why; and a task says what to do about it."""

from typing import Any

from shared.cli.risks import told
from tests.support.http import E1, OPENED, session
from tests.support.services import PLAYBOOK, World, a_world

MODEL = PLAYBOOK.replace(
    "sessions: {planned: 2",
    "teams: {size: [2, 15], must_include: [lead_agency], signed_off: before first session}\nsessions: {planned: 2",
)
MODEL += (
    "- {name: new-lead, each: team, task: 'Ask {jurisdiction} who leads now', to: facilitator,"
    " due: {wait: 3 business days, after: lead_missing}}\n"
)
AGENCY, CONTRACTOR = {"person_id": "p-1", "role": "lead_agency"}, {"person_id": "p-2", "role": "state_contractor"}


async def teams(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await world.get("/engagements/e1/risks")
    return found


async def codes(world: World) -> dict[str, list[str]]:
    return {team["team_id"]: [reason["code"] for reason in team["reasons"]] for team in await teams(world)}


async def test_a_team_is_at_risk_by_its_reasons_until_they_are_gone() -> None:
    async with a_world() as world:
        await world.do("/playbooks", document=MODEL)
        await world.do("/engagements", **OPENED)
        await world.do("/teams", **E1, team_id="ky", jurisdiction="KY", lead="p-1", members=[AGENCY, CONTRACTOR])
        await world.do("/teams", **E1, team_id="vi", jurisdiction="VI", lead="p-2", members=[CONTRACTOR])
        await world.do("/sessions", **session(1, "2027-01-12T15:00:00-05:00"))
        assert await codes(world) == {"ky": [], "vi": ["contractor_led", "no_lead_agency", "too_small"]}
        await world.do("/roles/vacate", **E1, team_id="ky", role="lead_agency", person_id="p-1")
        assert (await codes(world))["ky"] == ["no_lead", "no_lead_agency", "too_small"]
        assert (await world.tasks(team="ky"))["new-lead/ky/1"] == "scheduled 2027-01-07"
        await world.do(
            "/teams/change", **E1, team_id="ky", lead="p-9", members=[{**AGENCY, "person_id": "p-9"}, CONTRACTOR]
        )
        assert (await codes(world))["ky"] == []
        assert (await world.tasks(team="ky"))["new-lead/ky/1"] == "withdrawn 2027-01-07"
        await world.until("2027-01-12")
        assert (await codes(world))["ky"] == ["no_sign_off"]
        assert told(await teams(world)).splitlines()[:2] == [
            "KY, ky: at risk", "  ! Its leadership had not signed off by 2027-01-12. Since 2027-01-12.",
        ]  # fmt: skip


async def test_risks_are_asked_of_an_engagement_that_there_is() -> None:
    async with a_world() as world:
        assert (await world.http.get("/engagements/nobody/risks")).status_code == 404
        await world.do("/playbooks", document=MODEL)
        await world.do("/engagements", **OPENED)
        assert told(await teams(world)) == "No team is at risk."
