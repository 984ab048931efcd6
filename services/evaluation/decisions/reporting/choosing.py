"""Which engagements and requests a report is made of, and what all of them come to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from services.evaluation.decisions.figures import all_counted, counted
from services.evaluation.domain.parts import About, Part
from services.evaluation.domain.reporting import PORTFOLIO, By, Comparison, FullReport, Scope, Share
from shared.errors import Unknown
from shared.playbooks.topics import folded

NAMES: Mapping[By, Callable[[About], Iterable[tuple[str, str]]]] = {
    "engagement": lambda one: [(one.id, one.title)],
    "topic": lambda one: [(one.topic, one.topic.replace("-", " "))],
    "jurisdiction": lambda one: [(place, place) for place in sorted(one.places)],
    "model": lambda one: [(one.model, one.model.replace("-", " ").capitalize())],
    "center": lambda one: [(folded(one.center), one.center)],
}
"""What an engagement has of each: as it stands in an address, and in words."""
OWN: tuple[By, ...] = ("topic", "jurisdiction")
"""What a request has of its own; of the others it has what the engagement has that answers it."""


def reported(
    parts: Sequence[Part], by: By | None, of: str, on: date, places: Mapping[str, str], is_partial: bool = False
) -> FullReport:
    """The report of what has this in common; without `by`, of all these parts. Raises Unknown where nothing has it."""
    chosen = [one for one in parts if not one.about.is_request and (by is None or of in dict(NAMES[by](one.about)))]
    scope = _scope(chosen, by, of, places)
    place = of if by == "jurisdiction" else None
    shares = [Share(of=one.about.id, title=one.about.title, figures=counted(one, on, place)) for one in chosen]
    requests = [one for one in parts if one.about.is_request and _is_of(one.about, by, of, chosen)]
    return FullReport(
        scope=scope,
        on=on,
        figures=all_counted([*chosen, *requests], on, place),
        engagements=sorted(shares, key=lambda one: (one.title.casefold(), one.of)),
        is_partial=is_partial,
    )


def compared(
    parts: Sequence[Part], by: By, on: date, places: Mapping[str, str], is_partial: bool = False
) -> Comparison:
    """All of which there is a report, each with its figures."""
    groups: dict[str, list[Part]] = {}
    titles: dict[str, str] = {}
    for one in parts:
        for of, title in () if one.about.is_request else NAMES[by](one.about):
            groups.setdefault(of, []).append(one)
            titles.setdefault(of, places.get(of, title) if by == "jurisdiction" else title)
    requests = [one for one in parts if one.about.is_request]
    items = []
    for of, chosen in groups.items():
        asked = [one for one in requests if _is_of(one.about, by, of, chosen)]
        figures = all_counted([*chosen, *asked], on, of if by == "jurisdiction" else None)
        items.append(Share(of=of, title=titles[of], figures=figures))
    items.sort(key=lambda one: (one.title.casefold(), one.of))
    return Comparison(by=by, on=on, items=items, is_partial=is_partial)


def _is_of(request: About, by: By | None, of: str, chosen: Iterable[Part]) -> bool:
    """Whether a report tells of a request: it has the topic or place of its own, or an engagement answers it."""
    if by is None:
        return True
    if by in OWN:
        return of in (request.topic, *request.places)
    mine = (request.follows, request.answered_by)
    return any(one.about.id in mine or request.id in one.about.answers for one in chosen)


def _scope(chosen: Sequence[Part], by: By | None, of: str, places: Mapping[str, str]) -> Scope:
    if by is None:
        return Scope(by=PORTFOLIO, of="", title="All engagements that are yours to see")
    if not chosen:
        raise Unknown(by, of)
    title = dict(NAMES[by](chosen[0].about))[of]
    return Scope(by=by, of=of, title=places.get(of, of) if by == "jurisdiction" else title)
