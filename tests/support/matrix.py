"""Two engagements in which all has happened, one their own and one foreign, and whoever comes to read and to write."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient, Response

from shared.access.caller import Role
from shared.events.base import Fact
from tests.support.access import House, a_house
from tests.support.saying import STEP, held, said, session
from tests.support.services import published

OWN, FOREIGN, NOWHERE = "homeland", "farland", "noland"
"""The names of an engagement that is theirs, of one that is foreign, and of one that never was."""
Words = dict[str, Any]
HELD = "2027-01-20T10:00:00-05:00"


def ids(word: str) -> dict[str, str]:
    """What ids are called in an engagement of this name."""
    names = ("team", "session", "homework", "plan", "approval", "application", "outcome", "goal", "answer", "request")
    told = {f"{name}_id": f"{word}-{name}" for name in (*names, "fact")}
    told |= {"engagement_id": word, "cohort": f"{word}-cohort", "external_id": f"{word}-1", "source": f"{word}-source"}
    told |= {"by": "engagement", "of": word, "chart": "barriers"}
    return told | {"task_id": f"{word}/ask/{word}-team/1", "round_id": f"{word}/mid/{word}/1"}


def both_opened() -> list[Fact]:
    """Both engagements as they begin, each with its own people, and the playbook that rules them."""
    people = ({"facilitator": f"{word}-f", "evaluator": f"{word}-e"} for word in (OWN, FOREIGN))
    opened = zip((OWN, FOREIGN), people, strict=True)
    return [published(), *(said("engagement_opened", engagement_id=word, people=its) for word, its in opened)]


async def an_engagement(house: House, word: str, place: str) -> None:
    """An engagement in which something of every kind has happened, and a request beside it."""
    its = ids(word)
    e: Words = {"engagement_id": word}
    request: Words = {name: its[name] for name in ("request_id", "external_id", "source")}
    people = {"facilitator": f"{word}-f", "evaluator": f"{word}-e"}
    goal: Words = {"goal_id": its["goal_id"], "level": "practice", "statement": f"{word} does it", "by": "2027-03-01"}
    applied: Words = {"jurisdiction": place, "stage": "exploring", "received_on": "2027-01-04"}
    team: Words = {"team_id": its["team_id"]}
    homework: Words = {"homework_id": its["homework_id"], "session_id": its["session_id"]}
    step: Words = {"plan_id": its["plan_id"], "step_id": STEP["step_id"], "status": "blocked"}
    change: Words = {"level": "practice", "statement": f"{word} did it", "seen_on": "2027-01-25"}
    await house.world.say(
        said("ta_request_logged", **request, jurisdiction=place, topic=f"{word} topic"),
        said("engagement_opened", **e, title=word, people=people, goals=[goal]),
        said("application_received", **e, application_id=its["application_id"], **applied),
        said("team_formed", **e, **team, jurisdiction=place),
        said("approval_requested", **e, approval_id=its["approval_id"]),
        said("cohort_assigned", **e, cohort=its["cohort"], jurisdictions=[place]),
        said("peers_suggested", **e, from_team=its["team_id"]),
        said("contact_declined", **e, **team, on="2027-01-04"),
        session(1, HELD, its["session_id"], **e, fact_id=its["fact_id"]),
        held(1, HELD, its["session_id"], **e),
        said("homework_assigned", **e, **homework, due_on="2027-02-01"),
        said("action_plan_submitted", **e, **team, plan_id=its["plan_id"], submitted_on="2027-01-25", steps=[STEP]),
        said("action_step_reported", **e, **step, barrier="cost", reported_on="2027-01-26"),
        said("action_step_reported", **e, **step, barrier="time", reported_on="2027-01-27"),
        said("reminder_sent", **e, task_id=its["task_id"], channel="mail", person_id="p-1"),
        said("outcome_recorded", **e, **change, outcome_id=its["outcome_id"], evidence="seen", source="report"),
        said("outcome_proposed", **e, **change, outcome_id=f"{word}-proposed", because="other"),
        *(
            said("evaluation_answered", **e, round_id=its["round_id"], answer_id=its["answer_id"] + n, answers={"a": 1})
            for n in ("", "-2", "-3", "-4", "-5")
        ),
    )


@dataclass(frozen=True)
class Town:
    """Whoever comes, by what they are here to do; all but the office know only what is their own."""

    house: House
    comers: Mapping[Role, AsyncClient]


@asynccontextmanager
async def a_town() -> AsyncIterator[Town]:
    """A house in which two engagements are under way."""
    async with a_house() as house:
        await house.world.say(published())
        await an_engagement(house, OWN, "KY")
        await an_engagement(house, FOREIGN, "GU")
        yield Town(
            house,
            {
                Role.TRACKER: await house.program("tracker", source=ids(OWN)["source"]),
                Role.FACILITATOR: await house.person(f"{OWN}-f", "facilitator", jurisdictions=["KY"]),
                Role.EVALUATOR: await house.person(f"{OWN}-e", "evaluator", jurisdictions=["KY"]),
                Role.SUPERVISOR: await house.program("supervisor"),
                Role.ADMINISTRATOR: await house.program("administrator"),
            },
        )


def is_as(foreign: Response, nowhere: Response) -> bool:
    """Whether nobody could tell by the two answers that one thing is foreign and the other is not there."""
    told = foreign.text.replace(FOREIGN, NOWHERE)
    return (foreign.status_code, told) == (nowhere.status_code, nowhere.text)
