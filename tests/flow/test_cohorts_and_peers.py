"""From applications to cohorts and introductions, by HTTP: proposed, decided by a person, and followed up."""

import json
from typing import Any

from shared.cli import cohorts, peers
from tests.support.http import E1, OPENED, member
from tests.support.services import PLAYBOOK, World, a_world, problems

RULES = (
    "- {name: introduce, each: peers, task: 'To {to_jurisdiction}', to: facilitator,"
    " due: {wait: 5 business days, after: suggested}, done_by: connected}\n"
    "- {name: came-of-it, each: peers, task: Came of it?, to: facilitator, due: {wait: 30 days, after: connected}}\n"
)


async def apply(world: World, place: str, stage: str, engagement: str = "e1", **more: Any) -> None:
    words = {"engagement_id": engagement, "application_id": f"a-{place.lower()}", "jurisdiction": place}
    await world.do("/applications", **words, stage=stage, received_on="2027-01-04", **more)


async def begin(world: World) -> None:
    await world.do("/playbooks", document=PLAYBOOK + RULES)
    await world.do("/engagements", **OPENED)
    for place in ("KY", "TN", "GA", "FL"):
        await apply(world, place, "exploring", needs=["finding and keeping staff"])
    for place in ("WI", "MN", "IL", "OH"):
        await apply(world, place, "implementing", offers=["keeping staff"])
    team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")]}
    await world.do("/teams", **E1, **team, formed_on="2027-01-04")


async def test_cohorts_are_proposed_and_stand_once_somebody_decides() -> None:
    async with a_world() as world:
        await begin(world)
        proposed = await world.get("/engagements/e1/cohorts/proposed", smallest=3)
        assert [(one["cohort"], one["jurisdictions"]) for one in proposed] == [
            ("1", ["FL", "GA", "KY", "TN"]), ("2", ["IL", "MN", "OH", "WI"]),
        ]  # fmt: skip
        shown = cohorts.told(proposed).splitlines()
        assert shown[:2] == ["Cohort 1: FL, GA, KY, TN", "  All 4 are exploring."]
        assert json.loads(shown[2].removeprefix("  POST /cohorts ")) == proposed[0]
        await world.do("/cohorts", **proposed[0])
        assert (await world.get("/teams/ky"))["cohort"] == "1"
        assert [one["cohort"] for one in await world.get("/engagements/e1/cohorts/proposed")] == ["2"]
        answer = await world.http.get("/engagements/e1/cohorts/proposed", params={"smallest": 5, "largest": 4})
        assert problems(answer, 422) == {"largest": "must be at least smallest (5)"}


async def test_peers_are_proposed_suggested_introduced_and_asked_what_came_of_it() -> None:
    async with a_world() as world:
        await begin(world)
        await apply(world, "OR", "sustaining", engagement="-", offers=["finding and keeping staff"])
        proposed = await world.get("/engagements/e1/peers/proposed")
        assert [one["to_jurisdiction"] for one in proposed] == ["OR", "IL", "MN", "OH", "WI"]
        assert peers.told(proposed).startswith(
            " 4.50  ky <- OR, which takes no part: finding and keeping staff\n       need 3 + stage 1 + likeness 0.5\n"
        )
        best = {word: proposed[0][word] for word in ("engagement_id", "from_team", "to_jurisdiction", "need", "score")}
        await world.do("/peers", **best)
        key = "introduce/ky@OR/finding-and-keeping-staff/1"
        assert (await world.tasks())[key] == "scheduled 2027-01-11"
        assert (await world.get("/engagements/e1/peers/proposed"))[0]["to_jurisdiction"] == "IL"
        await world.do("/peers/connect", **{word: best[word] for word in best if word != "score"})
        assert (await world.tasks())[key] == "done 2027-01-11"
        assert (await world.tasks())["came-of-it/ky@OR/finding-and-keeping-staff/1"] == "scheduled 2027-02-03"


async def test_an_engagement_that_is_not_there_has_neither_cohorts_nor_peers() -> None:
    async with a_world() as world:
        for path in ("cohorts", "peers"):
            assert (await world.http.get(f"/engagements/nobody/{path}/proposed")).status_code == 404
    assert cohorts.told([]) == "Nobody waits for a cohort: no application is without one."
    assert peers.told([]).startswith("No pair is left to suggest")
