"""The independent checker: reads databases and streams by itself after a run, and tells what is not as it must be."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from benchmarks.faults import drawers, facts, kept, owed
from benchmarks.faults.seen import SERVICES, look
from benchmarks.faults.verdict import Verdict
from shared.clock import WorldClock
from shared.playbooks.history import History, fold

ZONE = "America/New_York"


async def check(
    databases: Mapping[str, str],
    nats_url: str,
    ledger: Path,
    poison: Path,
    zone: str = ZONE,
    until: datetime | None = None,
) -> Verdict:
    """Look at a world that is drained, best with its services stopped since `until`, and judge it."""
    began, now = time.monotonic(), until or WorldClock().now()
    seen = await look(databases, nats_url)
    verdict = Verdict()
    spread = kept.poisons(poison)
    log = facts.read(seen, spread, verdict)
    facts.check(seen, log, kept.confirmed(ledger), verdict)
    facts.put_aside(seen, spread, verdict)
    histories = {line: fold(History(line), some) for line, some in facts.by_line(log)}
    drawers.check(seen, log, histories, verdict)
    owed.check(seen, log, histories, now, zone, verdict)
    verdict.seconds = time.monotonic() - began
    return verdict


def main() -> None:
    """Check the world that the command line names; the databases and the bus must run, the services need not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="SQLAlchemy URL of PostgreSQL, or the folder of SQLite files", required=True)
    parser.add_argument("--nats", help="URLs of the bus", required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--poison", type=Path, required=True)
    asked = parser.parse_args()
    is_url = "://" in asked.database
    databases = {
        service: asked.database if is_url else f"sqlite+aiosqlite:///{Path(asked.database) / service}.db"
        for service in SERVICES
    }
    verdict = asyncio.run(check(databases, asked.nats, asked.ledger, asked.poison))
    for kind, examples in verdict.examples.items():
        print(f"{kind}: {verdict.counts[kind]}", *examples, sep="\n  ", file=sys.stderr)
    print(json.dumps(verdict.document()))
    raise SystemExit(0 if verdict.clean else 1)


if __name__ == "__main__":
    main()
