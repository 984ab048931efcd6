"""Each engagement model has an example: its log is well-formed, and its replay makes exactly what was found right."""

from collections import Counter

import pytest

from shared.events.base import Fact
from shared.events.intake import EngagementClosed, EngagementOpened, TeamFormed
from shared.events.sessions import SessionHeld
from shared.events.wire import encode
from tests.support.ncase import PLAYBOOKS
from tests.support.replays import UNTIL, kept, kept_figures, log_of, replayed

MODELS = sorted(UNTIL)
SOON = "community-of-practice"
"""The one that is soonest replayed."""
LOGS = {model: log_of(model) for model in MODELS}


def said(model: str, kind: type) -> list[Fact]:
    return [fact for fact in LOGS[model] if isinstance(fact.event, kind)]


def test_every_model_has_an_example() -> None:
    examples = {file.stem for file in (PLAYBOOKS / "examples").glob("*.jsonl")}
    assert examples == set(MODELS) == {file.stem for file in PLAYBOOKS.glob("*.yaml")} - {"desk"}


@pytest.mark.parametrize("model", [SOON, *(pytest.param(one, marks=pytest.mark.slow) for one in MODELS if one != SOON)])
async def test_what_an_example_obliges_and_comes_to_is_what_was_found_right(model: str) -> None:
    rows, refused, figures = await replayed(model)
    assert refused == []
    assert rows == kept(model), "if this is meant: python -m tests.support.replays"
    assert figures == kept_figures(model), "if this is meant: python -m tests.support.replays"


@pytest.mark.parametrize("model", MODELS)
def test_a_log_is_written_as_this_software_would_write_it(model: str) -> None:
    lines = (PLAYBOOKS / "examples" / f"{model}.jsonl").read_bytes().splitlines()
    assert [encode(fact) for fact in LOGS[model]] == lines
    assert [fact.id for fact in LOGS[model] if fact.id != fact.event.derived_id] == []
    assert [id_ for id_, times in Counter(fact.id for fact in LOGS[model]).items() if times > 1] == []


@pytest.mark.parametrize("model", MODELS)
def test_a_log_is_in_order_in_working_hours_of_the_place_and_names_what_was_assumed(model: str) -> None:
    times = [fact.time for fact in LOGS[model]]
    assert times == sorted(times)
    assert [time for time in times if not 8 <= time.hour < 18 or time.weekday() > 4] == []
    assert [fact.event.type for fact in LOGS[model] if not fact.extensions.get("assumed")] == []
    assert [fact.event.type for fact in LOGS[model] if fact.event.from_ledger] == []


@pytest.mark.parametrize("model", MODELS)
def test_a_log_is_of_one_engagement_of_its_model(model: str) -> None:
    [opened] = said(model, EngagementOpened)
    assert isinstance(opened.event, EngagementOpened)
    assert opened.event.playbook == model


@pytest.mark.parametrize(
    ("model", "held", "teams", "closes"),
    [
        ("action-research-partnership", 6, 2, True),
        ("community-for-action", 6, 5, True),
        ("community-of-learners", 10, 3, True),
        ("community-of-practice", 9, 5, False),
        ("peer-learning-community", 6, 6, True),
        ("peer-learning-group", 5, 4, True),
    ],
)
def test_an_example_has_the_sessions_of_its_model_and_only_a_community_of_practice_goes_on(
    model: str, held: int, teams: int, closes: bool
) -> None:
    assert len(said(model, SessionHeld)) == held
    assert len(said(model, TeamFormed)) == teams
    assert bool(said(model, EngagementClosed)) is closes
