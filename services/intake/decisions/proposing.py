"""Cohorts proposed: agencies whose stages lie together, in groups of a size in which people talk to one another."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count, pairwise
from typing import get_args

from services.intake.domain import Application, Known, ProposedCohort
from services.intake.domain.teams import Wanted
from shared.events.intake import Stage

STAGES: tuple[str, ...] = get_args(Stage)
"""From the first steps to what has become a habit."""
Cost = tuple[int, ...]


def cohorts(known: Known, wanted: Wanted) -> tuple[ProposedCohort, ...]:
    """Who might learn together, of those that applied and are in no cohort yet; a person decides."""
    waiting = _in_order(known)
    if not waiting or known.engagement is None:
        return ()
    stages = [STAGES.index(one.stage) for one in waiting]
    names = (str(number) for number in count(1) if str(number) not in known.cohorts)
    groups = [waiting[start:end] for start, end in pairwise(_cuts(stages, wanted))]
    everyone = Counter(one.stage for one in waiting)
    return tuple(
        ProposedCohort(
            engagement_id=known.name,
            cohort=next(names),
            jurisdictions=tuple(one.jurisdiction for one in group),
            why=" ".join(_why(group, everyone, wanted)),
        )
        for group in groups
    )


def latest(applications: Iterable[Application]) -> Mapping[str, Application]:
    """Of each jurisdiction, the application that came last."""
    in_order = sorted(applications, key=lambda one: (one.received_on, one.engagement_id, one.application_id))
    return {one.jurisdiction: one for one in in_order}


def _in_order(known: Known) -> list[Application]:
    """The applications that wait for a cohort: by stage, and within a stage by region."""
    placed = {code for cohort in known.cohorts.values() for code in cohort.jurisdictions}
    gone = {team.jurisdiction for team in known.teams.values() if team.left_on}
    gone -= {team.jurisdiction for team in known.teams.values() if not team.left_on}
    waiting = [one for code, one in latest(known.applications.values()).items() if code not in placed | gone]

    def place(one: Application) -> tuple[int, int, str]:
        where = known.places.get(one.jurisdiction)
        return STAGES.index(one.stage), where.region if where else 99, one.jurisdiction

    return sorted(waiting, key=place)


def _cuts(stages: Sequence[int], wanted: Wanted) -> tuple[int, ...]:
    """Where the row of agencies is cut: the way that costs least, what matters most first."""
    end = len(stages)
    most = max(1, end // 2)
    groups = min(wanted.number, most) if wanted.number else None

    @cache
    def best(start: int, left: int | None) -> tuple[Cost, tuple[int, ...]] | None:
        """The cheapest way to cut what begins at `start`, into `left` groups if that was asked for."""
        if start == end:
            return ((0, 0, 0, 0, 0), (end,)) if not left else None
        ways = []
        for stop in range(start + min(2, end - start), end + 1):
            rest = best(stop, left - 1 if left is not None else None) if left != 0 else None
            if rest is not None and stop != end - 1:
                costs = zip(_cost(stages, start, stop, wanted), rest[0], strict=True)
                ways.append((tuple(one + other for one, other in costs), (start, *rest[1])))
        return min(ways, default=None)

    found = best(0, groups)
    return found[1] if found else (0, end)


def _cost(stages: Sequence[int], start: int, stop: int, wanted: Wanted) -> Cost:
    """What speaks against this group: its size, a stage that is cut, stages far apart, and being large."""
    size = stop - start
    wrong = 0 if wanted.number else max(wanted.smallest - size, size - wanted.largest, 0)
    cut = stop < len(stages) and stages[stop - 1] == stages[stop]
    return wrong, int(cut), stages[stop - 1] - stages[start], size * size, 1


def _why(group: Sequence[Application], everyone: Mapping[str, int], wanted: Wanted) -> Iterator[str]:
    """Why these, in plain words."""
    here = Counter(one.stage for one in group)
    stages = [stage for stage in STAGES if here[stage]]
    if len(stages) == 1:
        yield f"All {len(group)} are {stages[0]}." if len(group) > 1 else f"It is {stages[0]}, and there is no other."
    else:
        told = [f"{here[stage]} {'are' if here[stage] > 1 else 'is'} {stage}" for stage in stages]
        yield f"{', '.join(told[:-1])} and {told[-1]}: of those that applied, their stages lie next to each other."
    if split := [stage for stage in stages if here[stage] < everyone[stage]]:
        yield f"Not all that are {' or '.join(split)} fit into one cohort."
    if wanted.number:
        yield f"{wanted.number} {'cohort was' if wanted.number == 1 else 'cohorts were'} asked for."
    elif not wanted.smallest <= len(group) <= wanted.largest:
        yield f"{wanted.smallest} to {wanted.largest} were wanted; no other way of cutting comes closer."
