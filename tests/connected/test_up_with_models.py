"""A center's own policy on a real bus: a file of a few lines that extends a model, by `up`, by command and by HTTP."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from shared.clock import WorldClock
from tests.support.http import OPENED, member
from tests.support.up import a_folder, an_up

TODAY = WorldClock().now().date()
POLICY = """
playbook: ours
version: 1
title: Ours
extend: peer-learning-community
window: {wait: 0 days}
rules:
- {name: ask-for-sign-off, due: {wait: 3 days, after: formed}}
"""


@pytest.mark.slow
def test_a_policy_is_published_whole_and_rules_what_is_opened_with_it(tmp_path: Path) -> None:
    with an_up(a_folder(tmp_path, ours=POLICY)) as up:
        document = up.get("/playbooks/ours")["document"]
        assert "extend:" not in document and "prepare-session" in document and "team-lead-meeting" not in document
        file = tmp_path / "playbooks" / "ours.yaml"
        told = CliRunner(env=up.keys).invoke(app, ["playbook", "publish", str(file), "--api", up.api])
        assert "was published before; nothing changed" in told.output
        file.write_text(POLICY.replace("3 days", "4 days"), encoding="utf-8")
        told = CliRunner(env=up.keys).invoke(app, ["playbook", "check", str(file), "--api", up.api])
        assert told.exit_code == 1 and "Raise its version" in told.output
        assert up.post("/playbooks", document=POLICY.replace("version: 1", "version: 2"))["new"]
        up.post("/engagements", **{**OPENED, "playbook": "ours", "opened_on": str(TODAY)})
        team = {"team_id": "ky", "jurisdiction": "KY", "lead": "p-1", "members": [member("p-1")]}
        up.post("/teams", engagement_id="e1", formed_on=str(TODAY), **team)
        up.until(lambda: up.tasks().get("e1/ask-for-sign-off/ky/1") == "scheduled")
