"""Pictures of the growth curves, drawn from the lines that benchmarks printed: SVG, with the extra `reports`."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import altair as alt

WIDTH, HEIGHT = 440, 260
CURVES: dict[str, tuple[str, str, Mapping[str, str]]] = {
    "pending": ("pending obligations", "ms", {"a fact": "ms_a_fact", "a fire": "ms_a_fire"}),
    "engagements-history": ("facts in the engagement's history", "ms a fact", {"a fact": "ms_a_fact_by_history"}),
    "engagements-number": ("engagements", "ms a fact", {"a fact": "ms_a_fact_by_engagements"}),
    "steady": ("pending obligations", "ms late", {"p50": "p50_ms", "p99": "p99_ms"}),
}
"""For each picture: what grows, what it costs, and in which fields of the line the curves are."""


def points(told: Mapping[str, Any], curves: Mapping[str, str]) -> list[dict[str, Any]]:
    """The medians of one line, with the least and the most; only of what is a size, or a product of one."""
    found = []
    for name, field in curves.items():
        for words, figure in told.get(field, {}).items():
            size = words.removeprefix("product ")
            if size.isdigit():
                least, most = figure["spread"]
                found.append({"curve": name, "size": int(size), "cost": figure["median"], "least": least, "most": most})
    return found


def draw(some: list[dict[str, Any]], grows: str, costs: str) -> alt.LayerChart | alt.FacetChart:
    """A curve with its spread, both axes logarithmic: what grows as fast as its cause is a straight slope."""
    x = alt.X("size:Q", title=grows, scale=alt.Scale(type="log"))
    colour = alt.Color("curve:N", title=None)
    base = alt.Chart(alt.InlineData(values=some)).encode(x=x, color=colour)
    scale = alt.Scale(type="log", nice=True)
    line = base.mark_line(point=True).encode(y=alt.Y("cost:Q", title=costs, scale=scale))
    spread = base.mark_rule(opacity=0.5).encode(y=alt.Y("least:Q", title=costs, scale=scale), y2="most:Q")
    return alt.layer(spread, line).properties(width=WIDTH, height=HEIGHT)


def written(lines: Iterable[str], folder: Path) -> list[Path]:
    """Draw what the lines tell; the last line of each benchmark counts."""
    told = {line["benchmark"]: line for line in map(json.loads, filter(str.strip, lines))}
    made = []
    for name, (grows, costs, curves) in CURVES.items():
        some = points(told.get(name.partition("-")[0], {}), curves)
        if some:
            made.append(folder / f"{name}.svg")
            draw(some, grows, costs).save(made[-1])
    return made


def main() -> int:
    """Draw, and name the files."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.charts", description=__doc__)
    asked.add_argument("lines", type=Path, help="a file with the lines that benchmarks printed")
    asked.add_argument("--into", type=Path, default=Path("docs/performance"))
    told = asked.parse_args()
    told.into.mkdir(parents=True, exist_ok=True)
    for file in written(told.lines.read_text(encoding="utf-8").splitlines(), told.into):
        print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
