"""How long things took, in words: from request to answer, and from a plan to the first follow-up."""

from collections.abc import Iterator

from services.evaluation.domain.figures import Days, Figures
from services.evaluation.domain.reporting import Bars, Grid, Section

STEPS = (7, 14, 30, 60, 90, 180)
"""Within how many days something came, as it is drawn."""


def waits(figures: Figures) -> Iterator[Section]:
    """The sections on how long things took."""
    yield _section("request-to-answer", "From request to answer", "requests", "answered", figures.request_to_answer)
    yield _section(
        "plan-to-follow-up", "From a plan to the first follow-up", "plans", "followed up", figures.plan_to_follow_up
    )


def _section(name: str, title: str, what: str, over: str, days: Days) -> Section:
    if not days.n and not days.still:
        return Section(name=name, title=title, sentences=(f"There are no {what} to count yet.",))
    rows = [
        (over.capitalize(), str(days.n)),
        ("A quarter came within", _told(days.lower_quartile)),
        ("Half came within (median)", _told(days.median)),
        ("Three quarters came within", _told(days.upper_quartile)),
        ("Still waiting", str(days.still)),
        ("The longest of these waits for", _told(days.longest_wait)),
    ]
    rows += [("Ended without", str(days.gone))] if days.gone else []
    grid = Grid(caption=f"{title}, in calendar days", columns=("What", "Number or days"), rows=tuple(rows))
    of_all = f"1 {what.removesuffix('s')}" if days.n + days.still == 1 else f"{days.n + days.still} {what}"
    sentence = (
        f"Counted in calendar days. Of {of_all}, {days.n or 'none'} {'is' if days.n < 2 else 'are'} {over} "
        f"and {days.still or 'none'} still {'waits' if days.still < 2 else 'wait'}; "
        "quartiles are of the former only."
    )
    return Section(name=name, title=title, sentences=(sentence,), grids=(grid,), chart=_chart(name, title, what, days))


def _chart(name: str, title: str, what: str, days: Days) -> Bars:
    """How many came within how long; those that wait stand beside them."""
    bars: list[tuple[str, int]] = []
    after = -1
    for last in STEPS:
        bars.append((f"{after + 1} to {last} days", sum(n for day, n in days.took.items() if after < day <= last)))
        after = last
    bars += [
        (f"More than {after} days", sum(n for day, n in days.took.items() if day > after)),
        ("Still waiting", days.still),
    ]
    told = ", ".join(f"{label} {n}" for label, n in bars)
    return Bars(name=name, title=title, unit=what, bars=tuple(bars), words=f"Bar chart. {title}: {told}.")


def _told(days: int | None) -> str:
    return "none yet" if days is None else f"{days} day{'' if days == 1 else 's'}"
