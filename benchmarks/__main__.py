"""`make bench`: every benchmark in its small size, one after another; each prints a JSON line."""

import argparse
import subprocess
import sys
import time

ALL: tuple[tuple[str, ...], ...] = (
    ("pipeline", "--database", "sqlite"),
    ("pipeline", "--database", "postgresql"),
    ("lanes", "--of", "engagements"),
    ("lanes", "--of", "requests"),
    ("latency", "--database", "sqlite", "--facts", "100"),
    ("burst", "--database", "sqlite", "--peers"),
    ("steady", "--database", "sqlite", "--peers", "schedules", "--obligations", "200"),
    ("pending", "--database", "sqlite"),
    ("engagements", "--database", "sqlite"),
    ("replay", "--database", "sqlite"),
    ("start",),
)


def main() -> int:
    """Run them, and tell on standard error how long each took; one that fails does not keep the others from running."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("--full", action="store_true", help="the real sizes: hours")
    full = ["--full"] if asked.parse_args().full else []
    failed = []
    for name, *arguments in ALL:
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments, *full], check=False)
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
        failed += [name] if done.returncode else []
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
