"""A running Throughline tells an evaluator's system by itself, and the commands say how that goes."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from tests.support.http import E1, OPENED
from tests.support.outcomes import SEEN
from tests.support.receiver import a_receiver
from tests.support.up import PATIENCE, ROOT, Up, a_folder, an_up

PLAYBOOK = "playbook: example\nversion: 1\ntitle: Example\nrules: []\n"
OUTCOME = "eng.evaluation.outcome_recorded.v1"
CHANGE = {"level": SEEN["level"], "evidence": SEEN["evidence"], "statement": "Families are asked", "source": "report"}


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = a_folder(tmp_path_factory.mktemp("webhooks") / "here", example=PLAYBOOK)
    with an_up(folder, THROUGHLINE_WEBHOOK_NETWORKS='["127.0.0.0/8"]') as running:
        yield running


def told(up: Up, *command: str) -> str:
    """What a command prints that asks this Throughline."""
    result = CliRunner(env=up.keys).invoke(app, ["webhook", *command, "--api", up.api])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.slow
async def test_an_outcome_that_is_recorded_arrives_by_itself(up: Up) -> None:
    async with a_receiver() as receiver:

        async def arrived(number: int) -> None:
            async with asyncio.timeout(60):
                while len(receiver.came) < number:  # noqa: ASYNC110 - it is beyond a network
                    await asyncio.sleep(0.05)

        made = await asyncio.to_thread(told, up, "make", receiver.url, "our database")
        assert made.startswith("whsec_")
        webhook_id, state = (await asyncio.to_thread(told, up, "list")).split()[:2]
        assert state == "active"
        await asyncio.to_thread(told, up, "test", webhook_id)
        await arrived(1)
        await asyncio.to_thread(up.post, "/engagements", **OPENED)
        outcome = {**E1, **CHANGE, "outcome_id": "o1", "seen_on": "2026-01-05"}
        said = await asyncio.to_thread(up.post, "/outcomes", **outcome)
        await arrived(2)
        assert receiver.ids[1] == said["facts"][0]["id"]
        await asyncio.to_thread(told, up, "resend", webhook_id, "--since", "0")
        await arrived(3)
        await asyncio.to_thread(told, up, "rotate", webhook_id)
        log = await asyncio.to_thread(told, up, "log", webhook_id, "--event", receiver.ids[1])
        assert log.count("delivered") == 2
        lines = (await asyncio.to_thread(told, up, "log", webhook_id)).splitlines()
        assert any(line.endswith("  a test  -  delivered  1 try") for line in lines)
        [recorded] = [line for line in lines if receiver.ids[1] in line]
        assert recorded.endswith(f"  {OUTCOME}  {E1['engagement_id']}  delivered  1 try")
        await asyncio.to_thread(told, up, "remove", webhook_id)
        assert await asyncio.to_thread(told, up, "list") == ""


@pytest.mark.slow
def test_the_lines_in_python_run_as_they_stand_and_keep_each_event_once(up: Up, tmp_path: Path) -> None:
    document = (ROOT / "docs" / "subscribing.md").read_text(encoding="utf-8")
    [lines] = [one for one in re.findall(r"```python\n(.*?)```", document, re.DOTALL) if "cursor.txt" in one]
    up.post("/engagements", **OPENED)
    up.post("/outcomes", **{**E1, **CHANGE, "outcome_id": "o2", "seen_on": "2026-01-06"})
    key = (up.folder / "data" / "key").read_text(encoding="ascii").strip()
    environment = {**os.environ, "THROUGHLINE_API": up.api, "THROUGHLINE_TOKEN": key}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, env=environment, timeout=PATIENCE, check=True)
        assert list((tmp_path / "events").iterdir())
