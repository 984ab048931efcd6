"""Everything that the OpenAPI document allows, and much that it does not, asked of a Throughline behind its door."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from requests import Session, codes
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    status_code_conformance,
)

from shared.bus.folder import free_port
from tests.support.access import House, a_house
from tests.support.http import E1, OPENED, STEPS, member, session
from tests.support.services import PLAYBOOK

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
HEALTH = "/health"
"""There is no bus here, so it says that all is not well."""
THERE = {
    **E1, "session_id": "s1", "team_id": "ky", "plan_id": "p1", "homework_id": "h1", "goal_id": "g1",
    "topic": "workforce", "person_id": "p-1", "step_id": "t1", "request_id": "ncase-1", "source": "ncase",
    "external_id": "1", "table": "outcomes", "playbook": "example",
    "service": "intake", "outcome_id": "o1", "jurisdiction": "KY",
}  # fmt: skip
"""What can be asked for, for what is made up is never there."""


@dataclass
class Comers:
    """A Throughline with something in it, and who comes: each role by its token, and nobody."""

    url: str
    tokens: dict[str, str] = field(default_factory=dict)

    def headers(self, role: str) -> dict[str, str]:
        """What whoever has this role shows at the door."""
        return {"Authorization": f"Bearer {self.tokens[role]}"} if role in self.tokens else {}


async def _prepare(house: House) -> None:
    """An engagement in its second week, and a request."""
    do, world = house.world.do, house.world
    await do("/playbooks", document=PLAYBOOK)
    await do("/requests", source="ncase", external_id="1", jurisdiction="KY", topic="workforce", need="How?")
    await do("/engagements", **OPENED)
    for place in ("KY", "VI"):
        team = {"team_id": place.lower(), "jurisdiction": place, "lead": "p-1", "members": [member("p-1")]}
        await do("/teams", **E1, **team, formed_on="2027-01-04")
    await do("/sessions", **session(1, "2027-01-12T15:00:00-05:00"))
    await world.until("2027-01-13", hour=8)
    await do("/sessions/hold", **E1, session_id="s1", held_at="2027-01-12T15:05-05:00", attendance={"ky": ["p-1"]})
    await do("/homework", **E1, homework_id="h1", session_id="s1", due_on="2027-02-08", text="Ask families")
    await do("/plans", **E1, plan_id="p1", team_id="ky", steps=STEPS)
    await do("/outcomes", **E1, outcome_id="o1", level="policy", statement="A rule", evidence="The register")


@contextmanager
def open_to_all() -> Iterator[Comers]:
    """It runs in a thread of its own, at a port of its own, until the test ends."""
    comers, ready = Comers(f"http://127.0.0.1:{(port := free_port())}"), threading.Event()
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        async with a_house() as house:
            await _prepare(house)
            roles = {"administrator": {}, "facilitator": {"person_id": "p-f"}, "tracker": {"source": "ncase"}}
            for role, told in roles.items():
                client = await house.program(role, **told)
                comers.tokens[role] = client.headers["authorization"].removeprefix("Bearer ")
            servers.append(uvicorn.Server(uvicorn.Config(house.app, port=port, log_level="critical", lifespan="off")))
            ready.set()
            await servers[0].serve()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(60)
    while not servers[0].started:
        assert thread.is_alive()
        ready.wait(0.01)
    try:
        yield comers
    finally:
        servers[0].should_exit = True
        thread.join(30)


@dataclass
class Tried:
    """What came of all that was asked."""

    cases: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    """What should not be, by route and kind, with the first example of each."""


def try_all(comers: Comers, examples: int) -> Tried:
    """Ask every route so many times, as the document allows it and otherwise, in all roles."""
    tried = Tried()
    with Session() as http:
        for found in schemathesis.openapi.from_dict(_without_keys(http, comers)).get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                _try(operation, mode, examples, comers, http, tried)
    return tried


def _without_keys(http: Session, comers: Comers) -> dict[str, Any]:
    """The document without who may come in: keys are ours to show, not to be made up."""
    document: dict[str, Any] = http.get(f"{comers.url}/openapi.json", timeout=60).json()
    del document["components"]["securitySchemes"]
    for methods in document["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)
    return document


def _try(operation: Any, mode: GenerationMode, examples: int, comers: Comers, http: Session, tried: Tried) -> None:
    as_told = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        verbosity=Verbosity.quiet,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    roles = st.sampled_from(["administrator"] * 5 + ["facilitator", "tracker", "nobody"])

    @as_told
    @given(operation.as_strategy(generation_mode=mode), st.booleans(), roles)
    def each(case: Case, is_there: bool, role: str) -> None:
        as_made = not (is_there and _ask_for_what_is_there(case))
        tried.cases += 1
        try:
            answer = case.call(comers.url, session=http, headers=comers.headers(role), timeout=60)
            tried.answers[answer.status_code] += 1
            # That a body is too long is no answer which the check for bad data knows of.
            is_judged = as_made and not _is_form(case) and answer.status_code != codes.request_entity_too_large
            case.validate_response(answer, checks=_checks(operation.path, is_judged))
        except FailureGroup as group:
            for one in group.exceptions:
                told = f"{one}\n{case.as_curl_command()[:1500]}"
                tried.wrong.setdefault(f"{operation.method.upper()} {operation.path}: {type(one).__name__}", told)

    try:
        each()
    except Unsatisfiable:
        # Of a route that takes nothing there is nothing otherwise to ask.
        assert mode is GenerationMode.NEGATIVE


def _checks(path: str, as_made: bool) -> list[Any]:
    """What is looked at: whether bad data is refused only where we have not put in good data in its place."""
    kinds = CHECKS if path != HEALTH else CHECKS[1:]
    return [*kinds, negative_data_rejection] if as_made else kinds


def _is_form(case: Case) -> bool:
    """Whether all that is sent is text, in whatever it is to be read as: then a number is no bad name."""
    return (case.media_type or "").startswith(("multipart/", "application/x-www-form"))


def _ask_for_what_is_there(case: Case) -> bool:
    """Put what is there in place of what was made up; tells whether there was anything to put in."""
    changed = False
    for told in (case.path_parameters, case.body):
        if isinstance(told, dict) and (there := {name: THERE[name] for name in told if name in THERE}):
            told.update(there)
            changed = True
    return changed
