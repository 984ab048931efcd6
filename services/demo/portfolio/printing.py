"""The summary of a portfolio for people: one table an engagement a line, then the sums."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.demo.portfolio.summary import SUMS, Portfolio, Row
from shared.cli.simulate import columns

HEADING = ("engagement", "center", "model", "level", "cohorts", "agencies", "teams", "open")
LONGEST = 44
GROUPS = {"center": "By center", "model": "By model", "level": "By level of outcome"}
KINDS = {"after_session": "Follow-up after sessions", "after_close": "Follow-up after the close"}


def as_text(portfolio: Portfolio, missing: Sequence[str], twice: Sequence[str], until: datetime, seconds: float) -> str:
    """All of it."""
    told = portfolio.document()
    parts = [
        f"{len(portfolio.rows)} engagements in one store, opened on one day (assumed), as of {until:%Y-%m-%d}.",
        columns([HEADING, *_rows(portfolio)]),
    ]
    parts += [f"{title}\n{_groups(name, portfolio.by(name))}" for name, title in GROUPS.items()]
    parts += [f"{title}: {_counted(told['follow_up'][name])}." for name, title in KINDS.items()]
    parts.append(
        f"{portfolio.cohorts} cohorts; {portfolio.participations} participations of agencies, over the"
        f" {portfolio.with_a_number} engagements that give a number; {told['teams']} teams are known;"
        f" {told['open']} obligations are open, {told['expected']} expected."
    )
    if any(row.assumed for row in portfolio.rows):
        parts.append("* the model that comes nearest to what the source calls it: assumed.")
    parts.append(_verdict("Nothing is missing.", "Missing, or not as it must be:", missing))
    parts.append(_verdict("Nothing fell due twice.", "Fell due twice:", twice))
    return "\n\n".join([*parts, f"It took {seconds:.0f} seconds."])


def _rows(portfolio: Portfolio) -> list[tuple[str, ...]]:
    return [
        (
            row.title if len(row.title) <= LONGEST else row.title[: LONGEST - 3] + "...",
            row.center,
            row.model + ("*" if row.assumed else ""),
            row.level,
            str(row.cohorts),
            _agencies(row),
            str(row.teams),
            str(row.open),
        )
        for row in portfolio.rows
    ]


def _agencies(row: Row) -> str:
    return "?" if row.agencies is None else str(row.agencies)


def _groups(name: str, groups: Mapping[str, Mapping[str, int]]) -> str:
    rows = [(name, *SUMS), *((value, *(str(sums[of]) for of in SUMS)) for value, sums in groups.items())]
    return columns(rows)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {value}" for value, count in counts.items())


def _verdict(well: str, badly: str, wrong: Sequence[str]) -> str:
    return "\n  ".join([badly, *wrong]) if wrong else well
