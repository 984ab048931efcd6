"""How long things took, in words: from request to answer, and from a plan to the first follow-up."""

from collections.abc import Iterator

from services.evaluation.decisions.reporting.wording import chart
from services.evaluation.domain.figures import Days, Figures
from services.evaluation.domain.reporting import Bars, Grid, Section

STEPS = (7, 14, 30, 60, 90, 180)
"""Within how many days something came, as it is drawn."""
NONE_YET = "There are no {what} to count yet."


def waits(figures: Figures, reader: str | None = None) -> Iterator[Section]:
    """The sections on how long things took; `reader` is whoever may see only some of the requests."""
    no_requests = f"Requests: none that {reader} may see." if reader else NONE_YET.format(what="requests")
    took, followed = figures.request_to_answer, figures.plan_to_follow_up
    title = "From a plan to the first follow-up"
    no_plans = NONE_YET.format(what="plans")
    yield _section("request-to-answer", "From request to answer", "requests", "answered", took, no_requests)
    yield _section("plan-to-follow-up", title, "plans", "followed up", followed, no_plans)


def _section(name: str, title: str, what: str, over: str, days: Days, none: str) -> Section:
    if not days.n and not days.still:
        return Section(name=name, title=title, sentences=(none,))
    rows = [(over.capitalize(), str(days.n))]
    if days.n:
        rows += [
            ("A quarter came within", _told(days.lower_quartile)),
            ("Half came within (median)", _told(days.median)),
            ("Three quarters came within", _told(days.upper_quartile)),
        ]
    rows.append(("Still waiting", str(days.still)))
    rows += [("The longest of these waits for", _told(days.longest_wait))] if days.still else []
    rows += [("Ended without", str(days.gone))] if days.gone else []
    drawn = _chart(name, title, what, days)
    columns = ("What", "Number or days")
    grid = Grid(caption=f"{title}, in calendar days", columns=columns, rows=tuple(rows), chart=drawn)
    of_all = f"1 {what.removesuffix('s')}" if days.n + days.still == 1 else f"{days.n + days.still} {what}"
    sentence = (
        f"Counted in calendar days. Of {of_all}, {days.n or 'none'} {'is' if days.n < 2 else 'are'} {over} "
        f"and {days.still or 'none'} still {'waits' if days.still < 2 else 'wait'}; "
        "what still waits is in no median."
    )
    return Section(name=name, title=title, sentences=(sentence,), grids=(grid,))


def _chart(name: str, title: str, what: str, days: Days) -> Bars | None:
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
    return chart(name, title, what, bars)


def _told(days: int | None) -> str:
    return "none yet" if days is None else f"{days} day{'' if days == 1 else 's'}"
