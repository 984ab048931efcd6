"""Replays of the example logs: what became of every obligation, one a line, as it is kept in tests/flow/replays.

Where a model is meant to oblige otherwise, look at what differs and write it anew: python -m tests.support.replays
"""

import asyncio
from datetime import datetime
from pathlib import Path

import typer

from services.evaluation.domain.figures import Figures
from services.evaluation.handlers import reporting
from services.replay import BEGINNING, facts_of, obligations, published_as, staged
from shared.clock import VirtualClock
from shared.errors import Refused
from shared.events.base import Fact, say
from shared.playbooks.model import DESK
from shared.shelf import whole
from tests.support.ncase import PLAYBOOKS

KEPT = Path(__file__).parents[1] / "flow" / "replays"
UNTIL = {
    "action-research-partnership": "2025-12-31T12:00:00Z",
    "community-for-action": "2026-01-15T12:00:00Z",
    "community-of-learners": "2019-10-15T12:00:00Z",
    "community-of-practice": "2018-05-15T12:00:00Z",
    "peer-learning-community": "2018-10-01T12:00:00Z",
    "peer-learning-group": "2019-01-15T12:00:00Z",
}
"""The six models, and until when the engagement of each is played."""


def log_of(model: str) -> list[Fact]:
    """What people and trackers said in the example of a model."""
    facts, wrong = facts_of(PLAYBOOKS / "examples" / f"{model}.jsonl")
    assert wrong == []
    return facts


async def replayed(model: str) -> tuple[list[str], list[str], Figures]:
    """What became of every obligation (key, due date, state, role), what was refused on the way, and the report."""
    facts, refused = log_of(model), []

    def refuse(fact: Fact, error: Refused) -> None:
        refused.append(f"{fact.event.type} {fact.time:%Y-%m-%d}: {error}")

    async with staged(VirtualClock(facts[0].time)) as (stage, services):
        for name in (model, DESK):
            document = whole(PLAYBOOKS / f"{name}.yaml", PLAYBOOKS).document
            await stage.say(say(published_as(document, name), BEGINNING))
        await stage.play(facts, datetime.fromisoformat(UNTIL[model]), refuse)
        found = await obligations(services)
        [evaluation] = [one for one in services if one.name == "evaluation"]
        report = await reporting.reported(evaluation.store)
    return [f"{one.key}\t{one.due_at:%Y-%m-%dT%H:%M}Z\t{one.state}\t{one.to}" for one in found], refused, report.figures


def kept(model: str) -> list[str]:
    """The same, as it was looked at and found right."""
    return (KEPT / f"{model}.tsv").read_text(encoding="utf-8").splitlines()


def kept_figures(model: str) -> Figures:
    """The figures of its report, as they were looked at and found right."""
    return Figures.model_validate_json((KEPT / f"{model}.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    for name in UNTIL:
        rows, told, figures = asyncio.run(replayed(name))
        (KEPT / f"{name}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        (KEPT / f"{name}.json").write_text(figures.model_dump_json(indent=1) + "\n", encoding="utf-8")
        typer.echo("\n  ".join([f"{name}: {len(rows)} obligations", *told]))
