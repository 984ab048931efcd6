"""The simulation: hypothesis says facts, lets time pass and breaks things, in any order; then all has to be well."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import aiosqlite
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services import running
from services.followup import decisions, domain, handlers
from services.replay import IN_MEMORY
from shared.clock import VirtualClock
from shared.crashes import POINTS
from shared.errors import Refused
from shared.events.base import Fact, say
from shared.obligations.reconcile import OPEN
from shared.service import Service
from shared.settings import Settings
from tests.simulation.bus import Answer
from tests.simulation.checking import Watch, check_at_the_end
from tests.simulation.town import Town
from tests.support import logs
from tests.support.saying import EASTERN, GOAL, NOW, said

T = TypeVar("T")
PLAYBOOK = """
playbook: example
version: 1
title: Example
sessions: {planned: 2}
window: {wait: 3 months, after: closed}
rules:
- {name: thank, each: session, task: "Thank for {topic}", to: facilitator, due: {wait: 1 week, before: start}}
- name: absent
  each: attendance
  when: {present: false}
  task: "Send {team.jurisdiction} session {session.number}"
  to: facilitator
  due: {wait: 2 business days, after: held}
  lapse: 2 months
- name: ask
  each: team
  task: "Ask {jurisdiction}"
  to: facilitator
  due: {wait: 2 weeks, after: formed}
  done_by: plan_submitted
  escalate: {wait: 10 business days, to: supervisor}
- name: nudge
  each: team
  task: Nudge
  to: team_lead
  contact: true
  due: {wait: 1 month, after: formed}
  repeat: {every: 2 months, until: closed}
- {name: goal, each: goal, task: G, to: evaluator, due: {after: by}, done_by: assessed}
- {name: mid, each: engagement, evaluation: mid, due: {wait: 1 day, after: half_of_sessions}, open_for: 2 weeks}
"""
IN_THIS_THREAD = f"{IN_MEMORY}/:memory:?check_same_thread=false"
ENGAGEMENTS = ("e1", "e2")
LONG = timedelta(days=500)
FACTS = st.one_of(*logs.ONE_OF_EACH.values())
WHO = st.sampled_from(["followup", "evaluation", "sessions", "intake"])
HEARERS = st.sampled_from(["followup", "evaluation", "sessions"])
SEEDS = st.randoms(use_true_random=False)
FOLLOWERS = st.sampled_from(["followup", "evaluation"])
REPLICA = st.integers(0, 1)
AT = st.none() | st.sampled_from(["work.before_commit", "work.after_commit", "work.before_commit:2"])
AT_POST = st.none() | st.sampled_from([point for point in POINTS if point.startswith("postman")])
AT_HEARING = AT | st.sampled_from([point for point in POINTS if point.startswith("delivery")])
AT_RINGING = AT | st.just("time.after_claim")
ANSWERS: st.SearchStrategy[Answer] = st.sampled_from(["heard", "heard", "lost", "never stored", "one by one"])


class Stage:
    """One event loop, and one database for each service, used by one example after the other."""

    def __init__(self) -> None:
        # A thread for each database would cost more than all else; what it does is the same without.
        self._patched = pytest.MonkeyPatch()
        self._patched.setattr(aiosqlite.Connection, "_execute", _at_once)
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory()
        settings = Settings(
            data=Path(self._folder.name), database=f"{IN_MEMORY}/:memory:?check_same_thread=false", nats=""
        )
        self.services: list[Service] = running.build(settings, VirtualClock(NOW))
        for service in self.services:
            self.run(service.prepare())

    def run(self, deed: Awaitable[T]) -> T:
        """Wait until it is done."""

        async def done() -> T:
            return await deed

        return self._runner.run(done())

    def close(self) -> None:
        """Leave nothing behind."""
        for service in self.services:
            self.run(service.store.database.close())
        self._runner.close()
        self._patched.undo()
        self._folder.cleanup()


async def _at_once(connection: aiosqlite.Connection, deed: Callable[..., T], *told: Any, **more: Any) -> T:
    """How this thread asks a database."""
    return deed(*told, **more)


class Simulation(RuleBasedStateMachine):
    """One example: a town whose people talk, and whose machines fail."""

    stage: ClassVar[Stage]

    def __init__(self) -> None:
        super().__init__()
        self.town = Town(self.stage.services, NOW)
        self.watch = Watch(self.town)
        self._is_known: list[Fact] = []
        self._poisons = 0
        self._run(self.town.empty())

    @initialize(opened=st.sampled_from([ENGAGEMENTS, ENGAGEMENTS[:1]]), published=st.booleans())
    def begin(self, opened: Sequence[str], published: bool) -> None:
        """Most engagements begin with a playbook; some have to wait for it."""
        if published:
            self.publish(1)
        for engagement in opened:
            self._say(said("engagement_opened", planned_close="2027-03-30", goals=[GOAL]), engagement)
            self._say(said("team_formed"), engagement)

    @rule(fact=FACTS, engagement=st.sampled_from(ENGAGEMENTS), replica=REPLICA, dies_at=AT)
    def say(self, fact: Fact, engagement: str, replica: int, dies_at: str | None) -> None:
        """Something happened, and is told to the service whose it is."""
        self._say(fact, engagement, replica, dies_at)

    @rule(facts=st.lists(FACTS, min_size=2, max_size=6), engagement=st.sampled_from(ENGAGEMENTS))
    def say_much(self, facts: Sequence[Fact], engagement: str) -> None:
        """A busy day."""
        for fact in facts:
            self._say(fact, engagement)

    @rule(version=st.integers(1, 3))
    def publish(self, version: int) -> None:
        """A version of the playbook is published."""
        document = PLAYBOOK.replace("version: 1\n", f"version: {version}\n")
        document = document.replace("wait: 2 business days", f"wait: {version + 1} business days")
        self._say(said("playbook_published", document=document, version=version), None)

    @rule(which=st.integers(0, 1000), replica=REPLICA, dies_at=AT)
    def take_back(self, which: int, replica: int, dies_at: str | None) -> None:
        """Something was a mistake."""
        if self._is_known:
            self._run(self.town.retract(self._is_known[which % len(self._is_known)], replica, dies_at))

    @rule(which=st.integers(0, 1000), how=st.sampled_from(["do", "skip", "snooze", "hand over"]), replica=REPLICA)
    def by_hand(self, which: int, how: str, replica: int) -> None:
        """A person does something about a task that is open."""
        self._run(self._by_hand(which, how, replica))

    @rule(name=WHO, replica=REPLICA, answer=ANSWERS, dies_at=AT_POST)
    def post(self, name: str, replica: int, answer: Answer, dies_at: str | None) -> None:
        """A postman goes once."""
        self._run(self.town.post(name, replica, answer, dies_at))

    @rule(name=HEARERS, replica=REPLICA, tells=st.booleans(), data=st.data(), dies_at=AT_HEARING)
    def hear(self, name: str, replica: int, tells: bool, data: st.DataObject, dies_at: str | None) -> None:
        """Some of what waits for a service comes, in some order, some of it twice; the rest is delayed."""
        if not self.town.bus.open.get(name):
            self._post_all(0, "heard")
        if open_ := self.town.bus.open.get(name):
            places = data.draw(st.lists(st.integers(0, len(open_) - 1), min_size=1, max_size=8))
            self._run(self.town.hear(name, [open_[place] for place in places], replica, tells, dies_at))

    @rule(seed=SEEDS, replica=REPLICA, answer=ANSWERS)
    def gossip(self, seed: Any, replica: int, answer: Answer) -> None:
        """What was said goes round."""
        self._go_round(seed, replica, answer)

    @rule(seed=SEEDS, replica=REPLICA, dying=HEARERS, dies_at=AT_HEARING)
    def gossip_of_which_one_dies(self, seed: Any, replica: int, dying: str, dies_at: str | None) -> None:
        """What was said goes round, and one of those who hear it may die of it."""
        self._go_round(seed, replica, "heard", dying, dies_at)

    def _go_round(self, seed: Any, replica: int, answer: Answer, dying: str = "", dies_at: str | None = None) -> None:
        """Post all, and have it heard in another order at each ear."""
        self._post_all(replica, answer)
        for name in self.town.services:
            messages = list(self.town.bus.open.get(name, ()))
            seed.shuffle(messages)
            self._run(self.town.hear(name, messages, replica, dies_at=dies_at if name == dying else None))

    @rule(days=st.sampled_from([0.1, 1, 2, 5, 12, 30]))
    def nobody_is_awake(self, days: float) -> None:
        """Time passes, and nothing is done about it yet."""
        self.town.clock.move_to(self.town.clock.now() + timedelta(days=days))

    @rule(name=FOLLOWERS, replica=REPLICA, dies_at=AT_RINGING)
    def ring(self, name: str, replica: int, dies_at: str | None) -> None:
        """A service is awake: what is due by now falls due."""
        self._run(self.town.ring(name, replica, dies_at))

    @rule(most=st.sampled_from([1, 3, 10, 10_000]), recognises=st.booleans())
    def forget(self, most: int, recognises: bool) -> None:
        """The bus loses the end of its stream, or all of it."""
        self.town.bus.forget(most)
        if not recognises:
            self.town.bus.forget_postmarks()

    @rule(name=WHO)
    def say_again(self, name: str) -> None:
        """A service finds out what the stream has lost."""
        self._run(self.town.say_again(name))

    @rule(name=WHO, replica=REPLICA, all_again=st.booleans())
    def start_over(self, name: str, replica: int, all_again: bool) -> None:
        """A process ends and begins, and its ear may begin again as well."""
        self.town.restart(name, replica)
        if all_again:
            self.town.bus.begin_again(name)

    @rule(body=st.sampled_from([b"{", b'{"specversion": "1.0"}', b"\xff"]))
    def poison(self, body: bytes) -> None:
        """A stranger says what nobody understands."""
        self._poisons += 1
        self.town.bus.poison.add(body)
        self.town.bus.store("eng.sessions.session_held.v1.e1", body, f"poison-{self._poisons}")

    @invariant()
    def nothing_goes_back_comes_early_or_comes_twice(self) -> None:
        """See Watch."""
        self._run(self.watch.look())

    def teardown(self) -> None:
        """The faults stop, all is told and heard, and time passes to the end."""
        self._run(self._end())

    async def _end(self) -> None:
        await self.town.live_until(self.town.clock.now() + LONG)
        await self.watch.look()
        await check_at_the_end(self.town, self.watch)

    def _say(self, fact: Fact, engagement: str | None, replica: int = 0, dies_at: str | None = None) -> None:
        fact = _of(fact, engagement, self.town)
        self._is_known.append(fact)
        self._run(self.town.say(fact, replica, dies_at))

    def _post_all(self, replica: int, answer: Answer) -> None:
        for name in self.town.services:
            self._run(self.town.post(name, replica, answer))

    async def _by_hand(self, which: int, how: str, replica: int) -> None:
        tasks = [row for row in (await self.town.rows("followup")).values() if row.state in OPEN]
        if not tasks:
            return
        key = tasks[which % len(tasks)].key
        until = (self.town.clock.now() + timedelta(days=3)).date()
        obeyed: dict[str, tuple[Any, Any]] = {
            "do": (domain.DoTask(task_id=key), decisions.do),
            "skip": (domain.SkipTask(task_id=key, reason="not needed"), decisions.skip),
            "snooze": (domain.SnoozeTask(task_id=key, until=until), decisions.snooze),
            "hand over": (domain.HandOverTask(task_id=key, to="supervisor"), decisions.hand_over),
        }
        try:
            await self.town.doing("followup", replica, lambda it: handlers.obey(it.store, *obeyed[how], patience=0))
        except Refused:
            return

    def _run(self, deed: Awaitable[T]) -> T:
        return self.stage.run(deed)


def _of(fact: Fact, engagement: str | None, town: Town) -> Fact:
    """A fact as it is said now, of this engagement."""
    event = fact.event
    if engagement:
        words: dict[str, Any] = {"engagement_id": engagement}
        if task_id := getattr(event, "task_id", None):
            words["task_id"] = f"{engagement}/{task_id.partition('/')[2]}"
        event = event.model_copy(update=words)
    return replace(say(event, town.clock.now(), EASTERN), extensions=fact.extensions)
