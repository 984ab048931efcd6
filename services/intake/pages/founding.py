"""What the form of a new engagement asks for: the engagement, its goals, and the teams of which the lead is known."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.intake.decisions import teams as forming
from services.intake.decisions.engagements import in_order
from services.intake.domain import FormTeam, OpenEngagement
from services.intake.pages.here import place_code
from shared.errors import Malformed, Problem
from shared.events.complaints import complaints, malformed
from shared.events.fields import RUNNERS
from shared.events.intake import Goal
from shared.web.pages.forms import wrong

PLAIN = ("title", "playbook", "center", "topic", "opened_on", "time_zone", "planned_close")
LEVELS = {
    "knowledge": "What people know",
    "plan": "Plans that are made",
    "network": "Who works with whom",
    "practice": "What people do",
    "policy": "Rules and policies",
    "system": "The system as a whole",
}
"""What a goal is about, as people say it."""
GOALS = range(1, 5)
"""So many goals can be told at once; more are told once the engagement is open."""
OF_A_GOAL = ("statement", "by", "indicator")
LONGEST = 56
"""Letters of a title that become the id: there is room for a number behind them."""


class NoLead(Malformed):
    """{reason}"""


def command_of(values: Mapping[str, str], answers: Sequence[str], amiss: Sequence[Problem] = ()) -> OpenEngagement:
    """What the form asks for; refused for all that is missing or badly written, and `amiss` already."""
    goals, of_goals = _goals(values)
    found = [*amiss, *of_goals, *_out_of_order(values)]
    told: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
    planned = values.get("planned_sessions")
    if planned is not None:
        told["planned_sessions"] = int(planned) if planned.isdecimal() and len(planned) < 6 else planned
    told["people"] = {role: values[role] for role in RUNNERS if role in values}
    told |= {"engagement_id": values["engagement_id"], "answers": answers, "goals": goals}
    try:
        command = OpenEngagement.model_validate(told)
    except ValidationError as error:
        beside = {one.field for one in amiss}
        also = complaints(error.errors(include_url=False, include_input=False))
        found += [one for one in also if one.field.rpartition(".")[2] not in beside]
        raise malformed(found) from None
    if found:
        raise malformed(found)
    return command


def _out_of_order(values: Mapping[str, str]) -> Sequence[Problem]:
    """That it would close before it is opened, where both days can be read."""
    try:
        in_order(*(date.fromisoformat(values[name]) for name in ("opened_on", "planned_close")))
    except Malformed as error:
        return error.problems
    except (KeyError, ValueError):
        pass
    return ()


def _goals(values: Mapping[str, str]) -> tuple[list[Goal], list[Problem]]:
    """The goals that were told, and what is wrong with others; a row in which nothing was written is none."""
    goals: list[Goal] = []
    amiss: list[Problem] = []
    for n in GOALS:
        told = {name: value for name in OF_A_GOAL if (value := values.get(f"goal-{name}-{n}"))}
        if told:
            if level := values.get(f"goal-level-{n}"):
                told["level"] = level
            try:
                goals.append(Goal.model_validate({"goal_id": f"g{len(goals) + 1}", **told}))
            except ValidationError as error:
                amiss += _of_row(error, n)
    return goals, amiss


def _of_row(error: ValidationError, n: int) -> Iterator[Problem]:
    for one in complaints(error.errors(include_url=False, include_input=False)):
        yield Problem(f"goal-{one.field}-{n}", one.reason)


def teams_of(command: OpenEngagement, values: Mapping[str, str], marked: Sequence[str]) -> list[FormTeam]:
    """The teams of which the lead is known already; they are formed on the day that the engagement is opened."""
    teams = []
    for code in marked:
        if lead := values.get(f"lead-{code}"):
            told = {"engagement_id": command.engagement_id, "team_id": forming.next_id(code, {}), "jurisdiction": code}
            members = [{"person_id": lead, "role": values.get(f"role-{code}", "lead_agency")}]
            try:
                team = {**told, "lead": lead, "members": members, "formed_on": command.opened_on}
                teams.append(FormTeam.model_validate(team))
            except ValidationError as error:
                raise NoLead(next(iter(wrong(error).values())), f"lead-{code}") from None
    return teams


def slug(title: str) -> str:
    """The id that a title gives."""
    return re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")[:LONGEST].strip("-") or "engagement"


def codes(text: str) -> list[str]:
    """The jurisdictions that somebody typed, separated by commas or spaces."""
    found = [place_code(one) for one in re.split(r"[,;\s]+", text) if one]
    return [*dict.fromkeys(found)]
