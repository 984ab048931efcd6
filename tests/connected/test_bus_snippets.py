"""The lines that `throughline subscribe` prints are run as they stand: in Python, and in Node with nats.js."""

import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.__main__ import app
from tests.support.calendars import node
from tests.support.http import OPENED
from tests.support.services import PLAYBOOK
from tests.support.up import PATIENCE, ROOT, Up, a_folder, an_up

OUTCOME = {"engagement_id": "e1", "level": "policy", "statement": "A new rule", "evidence": "The register"}
NKEYS = '''
"""Stands for the package nkeys, which nats-py signs with, and which is none of ours."""

from shared.bus.accounts import nkeys as ours


class Pair:
    def __init__(self, seed):
        self.seed = seed.decode()
        self.public_key = ours.public_key(self.seed).encode()

    def sign(self, nonce):
        import base64

        return base64.b64decode(ours.sign(self.seed, nonce.decode()))

    def wipe(self):
        pass


from_seed = Pair
'''


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with an_up(a_folder(tmp_path_factory.mktemp("up") / "here", example=PLAYBOOK)) as running:
        running.post("/engagements", **OPENED)
        running.post("/outcomes", **OUTCOME, outcome_id="o1")
        running.post("/outcomes", **OUTCOME, outcome_id="o2")
        yield running


def printed(up: Up, *words: str) -> dict[str, str]:
    """The lines that the command prints, by language."""
    told = CliRunner(env={**up.keys, "THROUGHLINE_NATS": "", "THROUGHLINE_NATS_KEYS": ""}).invoke(app, list(words))
    assert told.exit_code == 0, told.output
    _, python, in_node = re.split(r"^(?:Python|Node) \(.*\):$", told.stdout, flags=re.MULTILINE)
    return {"python": textwrap.dedent(python), "node": textwrap.dedent(in_node)}


def started(up: Up, language: str, lines: str, folder: Path) -> "subprocess.Popen[str]":
    """The lines at work, where their owner has put the key."""
    keys = up.folder / "data" / "nats" / "keys"
    if language == "node":
        # Where Node looks for packages depends on the folder, so the key is named in full.
        command, where, text = [node(), "--input-type=module"], ROOT, lines.replace('Sync("', f'Sync("{keys}/')
    else:
        (folder / "nkeys.py").write_text(NKEYS)
        command, where, text = [sys.executable, "-u", "-"], keys, lines
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{ROOT}"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=where, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdin
    process.stdin.write(text)
    process.stdin.close()
    process.stdin = None
    return process


@pytest.mark.parametrize("language", ["python", "node"])
def test_a_tracker_hands_in_a_request_by_the_printed_lines(up: Up, language: str, tmp_path: Path) -> None:
    lines = printed(up, "subscribe", "tracker", f"in-{language}")[language]
    process = started(up, language, lines, tmp_path)
    said, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, complained
    assert f"in-{language}-17" in said
    assert up.get(f"/requests/in-{language}/17")["state"] == "logged"


@pytest.mark.parametrize("language", ["python", "node"])
def test_an_evaluator_reads_outcomes_by_the_printed_lines(up: Up, language: str, tmp_path: Path) -> None:
    lines = printed(up, "subscribe", "evaluator", f"in-{language}")[language]
    process = started(up, language, lines, tmp_path)
    try:
        assert process.stdout
        said = ""
        while "o2" not in said:
            line = process.stdout.readline()
            assert line, process.communicate()
            said += line
        assert said.count("eng.evaluation.outcome_recorded.v1") == 2
        assert said.index("o1") < said.index("o2")
    finally:
        process.kill()
        process.communicate()


def test_the_names_in_the_printed_lines_are_those_of_the_bus(up: Up) -> None:
    address = (up.folder / "data" / "nats" / "address").read_text().strip()
    lines = printed(up, "subscribe", "evaluator", "named")
    assert all(address in text and json.dumps("evaluator-named.nk") in text for text in lines.values())
