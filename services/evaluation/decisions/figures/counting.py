"""Counting: what a part of a report comes to on a day, as a whole or as far as it concerns one jurisdiction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from services.evaluation.decisions.suppressing import is_small
from services.evaluation.domain.figures import (
    Contacts,
    Days,
    Figures,
    FollowUps,
    Plans,
    Promises,
    Response,
    Turnover,
    together,
)
from services.evaluation.domain.parts import Held, Part, Promise, Stretch, Task
from shared.playbooks.calendar import Calendar

OFFERED = frozenset({"open", "taken", "settled", "skipped", "lapsed"})


class Placed(Protocol):
    """Something that belongs to a jurisdiction, or to the engagement as a whole."""

    @property
    def place(self) -> str | None: ...


P = TypeVar("P", bound=Placed)


def counted(part: Part, on: date, of: str | None = None) -> Figures:
    """What a part comes to on a day; with `of`, only what concerns this jurisdiction."""
    if part.to_answer is not None:
        return _requests([part], on)
    about, teams = part.about, _here(part.teams, of)
    is_closed = about.closed_on is not None and about.closed_on <= on
    rounds = _here(part.rounds, of)
    return Figures(
        engagements=1,
        closed=int(is_closed),
        teams=len(teams),
        teams_left=sum(team.has_left for team in teams),
        promises=_promises(part, on, of),
        of_people=_responses(one for one in rounds if not one.by_team),
        of_teams=_responses(one for one in rounds if one.by_team),
        follow_ups=_follow_ups(_here(part.tasks, of)),
        plan_to_follow_up=_days(_here(part.to_follow_up, of), on),
        plans=_plans(part, of),
        turnover=_turnover(part, on, of),
        contacts=_contacts(part, on, of),
    )


def all_counted(parts: Iterable[Part], on: date, of: str | None = None) -> Figures:
    """What many parts come to together."""
    some = list(parts)
    asked = [one for one in some if one.to_answer is not None]
    return together(_requests(asked, on), *(counted(one, on, of) for one in some if one.to_answer is None))


def _requests(parts: Sequence[Part], on: date) -> Figures:
    """Requests: there are far more of them than engagements, so they are counted all at once."""
    stretches = [one.to_answer for one in parts if one.to_answer is not None]
    how = Counter(one.how for one in parts if one.how)
    return Figures(requests=len(parts), answered_how=how, request_to_answer=_days(stretches, on))


def _here(things: Iterable[P], of: str | None) -> list[P]:
    return [one for one in things if of is None or one.place == of]


def _days(stretches: Iterable[Stretch], on: date) -> Days:
    """What was over by that day, and what waited then; what began later had not begun."""
    begun = [one for one in stretches if one.since <= on]
    over = [one.until for one in begun]
    took = Counter(
        max(0, (until - one.since).days) for one, until in zip(begun, over, strict=True) if until and until <= on
    )
    still = [one for one, until in zip(begun, over, strict=True) if until is None or until > on]
    waiting = Counter((on - one.since).days for one in still if not one.is_gone)
    return Days(took=took, waiting=waiting, gone=sum(one.is_gone for one in still))


def _promises(part: Part, on: date, of: str | None) -> Promises:
    stand = Counter(_stands(one, on, of) for one in part.promises)
    beyond = [place for place in part.never_promised if of in (None, place)]
    verdicts = Counter(one.verdict for one in part.promises if one.verdict)
    return Promises(made=len(part.promises), never_promised=len(beyond), verdicts=verdicts, **stand)


def _stands(promise: Promise, on: date, of: str | None) -> str:
    if promise.seen_in if of is None else of in promise.seen_in:
        return "seen"
    if promise.is_judged:
        return "judged"
    return "overdue" if promise.by is not None and promise.by < on else "not_yet_due"


def _responses(rounds: Iterable[Held]) -> Mapping[str, Response]:
    kinds: dict[str, list[Response]] = {}
    for one in rounds:
        kinds.setdefault(one.kind, []).append(response(one))
    return {kind: Response.together(many) for kind, many in sorted(kinds.items())}


def response(one: Held) -> Response:
    """One round; of people, what fewer than five did is in no number, so that no sum or difference can tell it."""
    told = Response(rounds=1, open=int(one.is_open))
    if one.answered is not None and is_small(one.answered) and not one.by_team:
        return told.but(few=1)
    if one.asked is None or one.answered is None:
        return told.but(unknown=1)
    told = told.but(counted=1, asked=max(one.asked, one.answered), answered=one.answered)
    if not one.by_team and (is_small(one.late) or is_small(one.answered - one.late)):
        return told.but(late_kept_back=1)
    return told.but(late=one.late)


def _follow_ups(tasks: Sequence[Task]) -> FollowUps:
    offers = [one for one in tasks if one.contact == "offer"]
    made = [one for one in offers if one.state in OFFERED and (one.offered_on or one.state == "taken")]
    states = Counter(one.state for one in made)
    withheld = Counter(one.rule for one in offers if one.state == "withheld" and one.rule)
    return FollowUps(
        offered=len(made),
        taken=states["taken"],
        settled=states["settled"],
        skipped=states["skipped"],
        lapsed=states["lapsed"],
        open=states["open"],
        too_late=sum(one.state == "lapsed" and one.offered_on is None for one in offers),
        withheld=withheld,
    )


def _plans(part: Part, of: str | None) -> Plans:
    plans = _here(part.plans, of)
    answers: Counter[str] = Counter(one.answer for one in plans)
    steps = Counter(step for one in plans for step in one.steps)
    barriers = Counter(barrier for one in plans for barrier in one.barriers)
    return Plans(submitted=len(plans), steps=steps, barriers=barriers, **answers)


def _turnover(part: Part, on: date, of: str | None) -> Turnover:
    gaps = [one for one in part.gaps if of in (None, one.stretch.place) and one.stretch.since <= on]
    filled = [one for one in gaps if one.stretch.until is not None and one.stretch.until <= on]
    return Turnover(
        vacated=Counter(one.role for one in gaps),
        filled=Counter(one.role for one in filled),
        vacant=_days([one.stretch for one in gaps], on),
    )


def _contacts(part: Part, on: date, of: str | None) -> Contacts:
    teams = [one for one in part.teams if of in (None, one.place)]
    ids = {one.id for one in teams}
    mine = [one for one in part.contacts if (of is None or one.team_id is None or one.team_id in ids) and one.on <= on]
    used = [
        (cap.most, sum(one.on > after for one in mine if one.team_id in (None, team.id)))
        for cap in part.caps
        for after in [Calendar().add(on, cap.within, -1)]
        for team in teams
        if not team.has_left
    ]
    return Contacts(
        made=Counter(one.kind for one in mine),
        caps=len(used),
        used=sum(n for _, n in used),
        allowed=sum(most for most, _ in used),
        used_up=sum(n >= most for most, n in used),
    )
