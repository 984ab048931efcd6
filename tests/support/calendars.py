"""Calendars as another parser than ours reads them: ical.js, run by node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests" / "support" / "read_calendar.mjs"


def node() -> str:
    """The node of this machine, or else the one that `make assets` installed."""
    return shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")


def understood(feed: bytes) -> dict[str, Any]:
    """What ical.js makes of a feed."""
    read = subprocess.run([node(), str(SCRIPT)], input=feed, capture_output=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(read.stdout)
    return found


def by_title(feed: bytes) -> dict[str, dict[str, Any]]:
    """Its entries, by what they are called."""
    return {one["summary"]: one for one in understood(feed)["events"]}
