"""Break everything, by a seed, and tell in one JSON line whether anything was lost or came twice."""

import argparse
import asyncio
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.faults.phase import Phase, play
from benchmarks.faults.report import examples, report
from benchmarks.faults.wish import PHASES, Wish

ROOM = 8 * 1024**3
"""Bytes of memory that must be free for the worlds to be made there; a sync then costs next to nothing."""


def main() -> int:
    """Run, print the line, and tell whether all was well."""
    asked = _asked()
    folder = Path(tempfile.mkdtemp(prefix="throughline-faults-", dir=_where()))
    # PostgreSQL runs under another name than root.
    folder.chmod(0o755)
    wish = Wish(
        database=asked.database,
        seed=asked.seed,
        faults=asked.faults,
        facts=asked.facts,
        seconds=asked.minutes * 60,
        rate=asked.rate,
        herd=2_000 if asked.short else 10_000,
        kinds=_names(asked.kinds),
        phases=_names(asked.phases),
        hurried=asked.short,
        say=not asked.quiet,
    )
    phases: list[Phase] = []
    try:
        asyncio.run(_interruptible(wish, folder, phases))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print(f"Interrupted; all is stopped. What was logged is in {folder}", file=sys.stderr)
        return 130
    except BaseException:
        print(f"What was logged is in {folder}", file=sys.stderr)
        raise
    told = report(wish, phases)
    print(json.dumps(told))
    if told["clean"]:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    for one in examples(phases):
        print(one, file=sys.stderr)
    words = "Not clean. Logs, the producers' ledger, and the disks (mount -o loop disk.image) are in"
    print(f"{words} {folder}", file=sys.stderr)
    return 1


async def _interruptible(wish: Wish, folder: Path, phases: list[Phase]) -> None:
    running = asyncio.current_task()
    assert running
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    for name in wish.phases:
        phase = await play(name, wish.of(name), folder / name)
        phases.append(phase)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=20.0, help="of load and faults")
    parser.add_argument("--faults", type=int, default=400, help="at least, if time allows")
    parser.add_argument("--facts", type=int, default=40_000, help="at least, if time allows")
    parser.add_argument("--rate", type=float, default=30.0, help="commands a second that the producers aim at")
    parser.add_argument("--phases", default=",".join(PHASES), help="separated by commas")
    parser.add_argument("--kinds", default="", help="only these kinds of faults, separated by commas")
    parser.add_argument("--short", action="store_true", help="a small herd; several faults at once from the first on")
    parser.add_argument("--quiet", action="store_true", help="nothing but the line")
    return parser.parse_args()


def _names(words: str) -> tuple[str, ...]:
    return tuple(word for word in words.split(",") if word)


def _where() -> str | None:
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


if __name__ == "__main__":
    raise SystemExit(main())
