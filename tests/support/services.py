"""All four services without a bus: facts are said, time passes, people command and ask by HTTP, and all settles."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from httpx import ASGITransport, AsyncClient, Response

from services import running
from services.replay import IN_MEMORY
from services.stage import Courier, Stage
from shared.clock import VirtualClock
from shared.events.base import Fact
from shared.service import Service
from shared.settings import Settings
from shared.web import frame
from shared.web.desk import Desk
from tests.support.empty import prepare
from tests.support.saying import EASTERN, ENGAGEMENT, NOW, said
from tests.support.stores import everything_said

PLAYBOOK = """
playbook: example
version: 1
title: Example
sessions: {planned: 2, minutes: 120}
window: {wait: 6 months, after: closed}
rules:
- {name: remind, each: session, task: "Remind all of {topic}", to: facilitator, due: {wait: 1 week, before: start}}
- name: absent
  each: attendance
  when: {present: false}
  task: "Send {team.jurisdiction} the summary of session {session.number}"
  to: facilitator
  due: {wait: 2 business days, after: held}
- name: ask
  each: team
  task: "Ask {jurisdiction} for its plan"
  to: facilitator
  due: {wait: 2 weeks, after: formed}
  done_by: plan_submitted
  grace: 3 business days
  escalate: {wait: 10 business days, to: supervisor}
- {name: look, each: plan, when: {rejected: false}, task: Look back, to: facilitator, due: {wait: 30 days, after: submitted}}
- {name: call, each: team, task: "Call {jurisdiction}", to: facilitator, contact: true, due: {wait: 1 month, after: closed}}
- {name: judge, each: goal, task: "Judge the goal of {engagement.topic}", to: evaluator, due: {after: by}, done_by: assessed}
- {name: mid, each: engagement, evaluation: mid, instrument: mid-survey, due: {wait: 1 day, after: half_of_sessions}, open_for: 2 weeks}
"""  # noqa: E501 - a rule a line


def published(document: str = PLAYBOOK, version: int = 1, recorded: datetime = NOW, name: str = "example") -> Fact:
    """The playbook is in force."""
    document = document.replace("version: 1\n", f"version: {version}\n")
    return said("playbook_published", playbook=name, document=document, version=version, recorded=recorded)


class World:
    """The services, the clock, and the ways to speak with them."""

    def __init__(self, services: Sequence[Service], clock: VirtualClock, http: AsyncClient) -> None:
        self._settle = Courier(services).settle
        self.stage = Stage(services, clock, self._settle)
        self.clock = clock
        self.http = http
        self.services: Mapping[str, Service] = {service.name: service for service in services}

    async def say(self, *facts: Fact) -> None:
        """Have each said by its service and heard by all others."""
        for fact in facts:
            await self.stage.say(fact)

    async def until(self, day: str, hour: int = 12) -> None:
        """Let time pass until noon of a day (in the east), stopping wherever something falls due."""
        await self.stage.pass_time(datetime.combine(date.fromisoformat(day), time(hour), EASTERN))

    async def post(self, path: str, **told: Any) -> Response:
        """Command by HTTP, and let all that follows from it happen."""
        answer = await self.http.post(path, json=told)
        await self._settle()
        await self.stage.pass_time(self.clock.now())
        return answer

    async def send(self, path: str, **told: str | list[str]) -> Response:
        """What a browser gets after it sent a form, and all that follows from it happens."""
        answer = await self.http.post(path, data=told, headers={"accept": "text/html"}, follow_redirects=True)
        await self._settle()
        await self.stage.pass_time(self.clock.now())
        return answer

    async def hand_in(self, content: bytes | str, path: str = "/imports", name: str = "r.csv", **told: Any) -> Response:
        """Hand in a file of requests by HTTP, and let all that follows from it happen."""
        form = {"source": "tracker", **told}
        answer = await self.http.post(path, data=form, files={"file": (name, content)})
        await self._settle()
        await self.stage.pass_time(self.clock.now())
        return answer

    async def do(self, path: str, **told: Any) -> dict[str, Any]:
        """Command what is not refused; gives back what was said."""
        answer = await self.post(path, **told)
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, **asked: Any) -> Any:
        """Ask what there is an answer to."""
        answer = await self.http.get(path, params=asked)
        assert answer.is_success, answer.text
        return answer.json()

    async def ids(self, path: str, name: str, **asked: Any) -> list[Any]:
        """One field of each thing in a list."""
        return [item[name] for item in (await self.get(path, **asked))["items"]]

    async def tasks(self, *states: str, **asked: Any) -> dict[str, str]:
        """The tasks of the engagement, without its name in their keys: state, and when they are due in the east."""
        return await self._obliged("/tasks", states, asked)

    async def rounds(self, *states: str, **asked: Any) -> dict[str, str]:
        """The same for evaluation rounds."""
        return await self._obliged("/rounds", states, asked)

    async def said(self, service: str = "followup") -> list[str]:
        """All that a service ever said, in order, by the short names of the language."""
        return [fact["type"].split(".")[2] for fact in await self.facts(service)]

    async def facts(self, service: str = "followup") -> list[dict[str, Any]]:
        """All that a service ever said, in order."""
        return await everything_said(self.services[service].store)

    async def _obliged(self, path: str, states: Sequence[str], asked: Mapping[str, Any]) -> dict[str, str]:
        found = (await self.get(path, limit=500, **asked))["items"]
        return {
            one["key"].removeprefix(f"{ENGAGEMENT}/"): f"{one['state']} {_day(one['due_at'])}"
            for one in found
            if not states or one["state"] in states
        }


def _day(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(EASTERN):%Y-%m-%d}"


@asynccontextmanager
async def a_world(now: datetime = NOW, database: str = IN_MEMORY, data: Path = Path()) -> AsyncIterator[World]:
    """All services at this time, with databases in memory, in a served one, or (where `database` is "") in `data`."""
    clock = VirtualClock(now)
    async with AsyncExitStack() as stack:
        services = running.build(Settings(database=database, data=data, nats=""), clock)
        register = services[0].register
        await prepare(register, register.database)
        stack.push_async_callback(register.close)
        for service in services:
            await prepare(service, service.store.database)
            stack.push_async_callback(service.store.database.close)
        for service in services:
            service.colleagues = {other.name: other for other in services if other is not service}
        app = frame.build(services, nothing_to_start)
        # Nothing is under way between services that settle at once.
        app.state.desks = {service.name: Desk(service.store, 0, service.directory, service.ask) for service in services}
        # What breaks is answered as it would be, not raised into the test.
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://throughline") as http:
            yield World(services, clock, http)


@asynccontextmanager
async def nothing_to_start(_app: object) -> AsyncIterator[None]:
    """The life of an app whose services nobody has to start."""
    yield


def problems(answer: Response, status: int) -> dict[str, str]:
    """What was wrong, by field, in an answer that refuses with this status."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told = answer.json()
    assert told["status"] == status and told["title"] and told["detail"]
    return {problem["field"]: problem["reason"] for problem in told.get("problems", [])}
