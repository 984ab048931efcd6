"""Which playbooks come into force: an unsound one never does, and none stops the clock of another's engagements."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.errors import Malformed
from shared.playbooks import planned
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.planned import Planned
from tests.support.saying import ENGAGEMENT, said
from tests.support.services import PLAYBOOK, a_world, published

WEEKLY = "{name: weekly, each: engagement, task: Call, to: facilitator, due: {after: opened}, repeat: {every: 1 week}}"
ENDLESS = f"{PLAYBOOK}- {WEEKLY}\n"


async def test_a_playbook_with_a_mistake_that_comes_over_the_bus_never_replaces_a_good_one() -> None:
    async with a_world() as world:
        followup = world.services["followup"]
        await world.say(published())
        with pytest.raises(Malformed):
            await followup.hear(followup.store, [published("playbook: example\nversion: 2\ntitle: [", version=2)])
        await world.say(said("engagement_opened"), said("team_formed"))
        assert "ask/ky/1" in await world.tasks("scheduled")


async def test_a_version_that_is_heard_late_counts_for_what_was_opened_after_it() -> None:
    async with a_world() as world:
        await world.say(published(), said("engagement_opened"), said("team_formed"))
        assert "ask/ky/1" in await world.tasks("scheduled")
        await world.say(published(PLAYBOOK.replace("name: ask", "name: please"), version=2))
        assert {"please/ky/1", "ask/ky/1"} & set(await world.tasks("scheduled")) == {"please/ky/1"}


async def test_an_engagement_that_cannot_be_planned_does_not_stop_the_clock_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_world() as world:
        await world.say(published(ENDLESS), said("engagement_opened"))
        await world.say(said("engagement_opened", engagement_id="e2"), said("team_formed"))

        def plan(before: Planned, playbook: Playbook, history: History, *more: Any) -> Planned:
            if history.line == "e2":
                raise ArithmeticError
            return planned.plan_again(before, playbook, history, *more)

        monkeypatch.setattr("shared.obligations.following.plan_again", plan)
        with capture_logs() as logs:
            await world.until("2027-01-20")
        assert {(entry["event"], entry["line"]) for entry in logs} == {("line.not_planned", "e2")}
        assert (await world.tasks("due", "overdue", engagement=ENGAGEMENT))["ask/ky/1"] == "due 2027-01-19"


async def test_a_text_that_is_another_playbook_than_it_is_said_to_be_does_not_come_into_force() -> None:
    async with a_world() as world:
        followup = world.services["followup"]
        with pytest.raises(Malformed, match="not what the fact names"):
            await followup.hear(followup.store, [published(PLAYBOOK, version=1, name="other")])
