"""What the producers play: small engagements with sessions, plans, corrections, mistakes, hands on tasks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.faults.playbooks import Here
from benchmarks.faults.voice import Voice

PEOPLE = {"facilitator": "p-f", "evaluator": "p-e", "supervisor": "p-s"}
MEMBERS = [{"person_id": "p-1", "role": "lead_agency"}, {"person_id": "p-2", "role": "provider"}]
ELSEWHERE = ("KY", "CA", "HI", "ME", "tribe-unheard-of")
DAY = timedelta(days=1)


@dataclass
class Play:
    """One engagement as it is played: who speaks, where, from which day on, by which playbook."""

    voice: Voice
    id: str
    playbook: str
    here: Here
    now: datetime
    chance: Random
    teams: list[dict[str, Any]] = field(default_factory=list)
    """Where the facts about teams are noted."""

    @property
    def today(self) -> date:
        return self.here.today(self.now)

    async def intake(self, path: str, **told: Any) -> list[dict[str, Any]]:
        """Say something of this engagement to intake."""
        return await self.voice.say("intake", path, engagement_id=self.id, **told)

    async def sessions(self, path: str, **told: Any) -> list[dict[str, Any]]:
        """Say something of this engagement to sessions."""
        return await self.voice.say("sessions", path, engagement_id=self.id, **told)

    async def hand(self, path: str, task: str, **told: Any) -> list[dict[str, Any]]:
        """Do something to a task of this engagement by hand."""
        return await self.voice.say("followup", path, patience=20.0, task_id=f"{self.id}/{task}", **told)


async def play(it: Play, answers: list[str]) -> None:
    """Play one engagement from its opening to where chance leaves it."""
    began = it.today - DAY * it.chance.choice((0, 0, 1, 1, 30))
    opened = await _open(it, began, answers)
    if not opened:
        return
    teams = await _teams(it, began)
    await _meetings(it, began, teams)
    acts: list[Callable[[Play, date, list[str]], Awaitable[None]]] = [_plans, _hands, _homework, _outcomes, _mistakes]
    it.chance.shuffle(acts)
    for act in acts[: it.chance.randint(3, 5)]:
        await act(it, began, teams)
    if it.chance.random() < 0.5:
        await it.intake("/engagements/close", closed_on=str(it.today), reason="completed")


async def be_in_a_herd(it: Play, began: date) -> None:
    """Open an engagement with one team, to which many things are owed at one minute."""
    if await _open(it, began, []):
        told = {"team_id": f"{it.id}-t", "jurisdiction": it.here.jurisdiction, "lead": "p-1", "members": MEMBERS}
        await it.intake("/teams", **told, formed_on=str(began))


async def _open(it: Play, began: date, answers: list[str]) -> bool:
    goals = [{"goal_id": "g1", "level": "plan", "statement": "A plan", "by": str(it.today - DAY)}]
    told = await it.intake(
        "/engagements",
        title=f"Engagement {it.id}",
        playbook=it.playbook,
        center="NCASE",
        topic="workforce",
        opened_on=str(began),
        time_zone=it.here.zone,
        people=PEOPLE,
        goals=goals,
        answers=answers,
    )
    return bool(told)


async def _teams(it: Play, began: date) -> list[str]:
    teams = [f"{it.id}-t{number}" for number in range(1, it.chance.randint(2, 4))]
    for place, team in enumerate(teams):
        jurisdiction = it.here.jurisdiction if place == 0 else it.chance.choice((it.here.jurisdiction, *ELSEWHERE))
        told = {"team_id": team, "jurisdiction": jurisdiction, "lead": "p-1", "members": MEMBERS}
        formed = await it.intake("/teams", **told, formed_on=str(began))
        if formed and place == 0 and len(it.teams) < 50:
            it.teams.append(formed[0])
        if place and it.chance.random() < 0.3:
            # It had been told wrongly: formed a day earlier.
            await it.intake("/teams", **told, formed_on=str(began - DAY), revision=1)
    await it.intake("/teams/sign-off", team_id=teams[0], signed_on=str(it.today))
    return teams


async def _meetings(it: Play, began: date, teams: list[str]) -> None:
    for number in (1, 2):
        session = {"session_id": f"{it.id}-s{number}", "number": number, "topic": "Data", "minutes": 60}
        starts = it.now + DAY * it.chance.choice((-1, 2, 7))
        if not await it.sessions("/sessions", **session, starts_at=starts.isoformat()):
            return
        if it.chance.random() < 0.4:
            await it.sessions("/sessions/move", session_id=session["session_id"], starts_at=(starts + DAY).isoformat())
    held = it.now - DAY * it.chance.choice((0, 0, 1))
    told = {"session_id": f"{it.id}-s1", "held_at": held.isoformat(), "attendance": {teams[0]: ["p-1"]}}
    await it.sessions("/sessions/hold", **told)
    if it.chance.random() < 0.2:
        await it.sessions("/sessions/cancel", session_id=f"{it.id}-s2", cancelled_on=str(it.today), reason="Snow")


async def _plans(it: Play, began: date, teams: list[str]) -> None:
    for team in teams:
        plan = f"{team}-p"
        steps = [{"step_id": f"x{n}", "text": "Do", "owner_role": "provider", "due_on": str(it.today)} for n in (1, 2)]
        await it.sessions("/plans", plan_id=plan, team_id=team, submitted_on=str(it.today - DAY), steps=steps)
        if it.chance.random() < 0.4:
            await it.sessions("/plans/reject", plan_id=plan, on=str(it.today - DAY), reason="No lead agency")
        if it.chance.random() < 0.7:
            await it.sessions("/plans/accept", plan_id=plan, on=str(it.today))
        status = it.chance.choice(("under_way", "done", "dropped"))
        told = {"plan_id": plan, "step_id": "x1", "status": status, "reported_on": str(it.today)}
        await it.sessions("/plans/report-step", **told)


async def _homework(it: Play, began: date, teams: list[str]) -> None:
    homework = f"{it.id}-h"
    told = {"session_id": f"{it.id}-s1", "due_on": str(it.today), "text": "Read"}
    await it.sessions("/homework", homework_id=homework, **told)
    await it.sessions("/homework/hand-in", homework_id=homework, team_id=teams[0], handed_in_on=str(it.today))


async def _hands(it: Play, began: date, teams: list[str]) -> None:
    """People do, skip, put off and hand over tasks; which of them are there depends on the playbook."""
    rule = "greet" if it.playbook.startswith("minute") else "ask"
    tasks = [f"{rule}/{team}/1" for team in teams]
    on = {"person_id": "p-f", "on": str(it.today)}
    match it.chance.choice(("do", "skip", "snooze", "hand-over", "do and undo")):
        case "do":
            await it.hand("/tasks/do", tasks[0], **on, note="Done")
        case "skip":
            await it.hand("/tasks/skip", tasks[-1], **on, reason="Not needed")
        case "snooze":
            await it.hand("/tasks/snooze", tasks[0], **on, until=str(it.today + DAY * 2))
        case "hand-over":
            await it.hand("/tasks/hand-over", tasks[-1], **on, to="supervisor")
        case _:
            done = await it.hand("/tasks/do", tasks[0], **on)
            if done:
                await _take_back(it, "followup", done[0]["id"])


async def _outcomes(it: Play, began: date, teams: list[str]) -> None:
    outcome: dict[str, Any] = {
        "outcome_id": f"{it.id}-o",
        "level": "practice",
        "evidence": "Seen",
        "seen_on": str(it.today),
    }
    named: dict[str, Any] = {"engagement_id": it.id, "team_id": teams[0]}
    for revision in range(it.chance.randint(1, 2)):
        words: dict[str, Any] = {"statement": f"It changed ({revision})", "revision": revision}
        await it.voice.say("evaluation", "/outcomes", **named, **outcome, **words)
    assessed: dict[str, Any] = {
        "goal_id": "g1",
        "verdict": it.chance.choice(("reached", "partly")),
        "on": str(it.today),
    }
    await it.voice.say("evaluation", "/goals/assess", engagement_id=it.id, **assessed)
    if it.playbook.startswith("minute") and began < it.today:
        round_ = f"{it.id}/mid/{it.id}/1"
        told: dict[str, Any] = {"round_id": round_, "answer_id": "a1", "team_id": teams[0], "answers": {"useful": True}}
        await it.voice.say("evaluation", "/rounds/answer", patience=10.0, **told)
        if it.chance.random() < 0.3:
            await it.voice.say("evaluation", "/rounds/close", patience=5.0, round_id=round_, on=str(it.today))


async def _mistakes(it: Play, began: date, teams: list[str]) -> None:
    """What was said wrongly is said again, or taken back; somebody leaves."""
    told = await it.intake("/engagements/change", changed_on=str(it.today), planned_close=str(it.today + DAY * 60))
    if told and it.chance.random() < 0.5:
        await _take_back(it, "intake", told[0]["id"])
    if len(teams) > 1 and it.chance.random() < 0.5:
        left = await it.intake("/teams/leave", team_id=teams[-1], left_on=str(it.today), reason="No time")
        if left and it.chance.random() < 0.4:
            await _take_back(it, "intake", left[0]["id"])


async def _take_back(it: Play, service: str, fact_id: str) -> None:
    await it.voice.say(service, "/facts/retract", fact_id=fact_id, reason="A mistake")
