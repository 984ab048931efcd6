"""The report on one engagement: what it was, each goal with its verdict, each change that was seen, and each round."""

from collections import Counter
from collections.abc import Iterator, Sequence

from services.evaluation.decisions.report import VERDICT
from services.evaluation.decisions.reporting.rounds import KEPT_BACK, response
from services.evaluation.decisions.reporting.wording import capital, count, day, listed, short, spoken
from services.evaluation.domain import Outcome, Promised
from services.evaluation.domain.account import Account, RoundTold
from services.evaluation.domain.reporting import Grid, Item, Section
from services.evaluation.domain.showing import evidence_of

STANDS = {
    "not_yet_due": "not yet due", "overdue": "overdue, and nothing was seen of it",
    "judged": "judged, though nothing was recorded of it",
}  # fmt: skip


def told(of: Account) -> Iterator[Section]:
    """The sections that only the report of one engagement has."""
    yield _about(of)
    yield _goals(of)
    yield _outcomes(of)
    yield _rounds(of.rounds)


def in_short(of: Account) -> str:
    """What came of it, for whoever reads no further."""
    goals = f"{_promised(of)}: {_summed_up(of)}." if of.goals else "No goal was declared."
    changes = count(len(of.outcomes), "change") if of.outcomes else "no change"
    return f"{goals} {capital(changes)} {'was' if len(of.outcomes) < 2 else 'were'} seen."


def _promised(of: Account) -> str:
    return f"{count(len(of.goals), 'goal')} {'was' if len(of.goals) == 1 else 'were'} promised"


def _about(of: Account) -> Section:
    columns = ("Session", "Held on", "Topic", "Teams there")
    rows = tuple(
        (f"Session {one.number}", short(one.held_on), one.topic, f"{one.teams_there} of {one.teams}")
        for one in of.sessions
    )
    held = (Grid(caption="Sessions that were held", columns=columns, rows=rows),) if rows else ()
    return Section(name="about", title="The engagement", items=(Item(lines=tuple(_lines(of))),), grids=held)


def _lines(of: Account) -> Iterator[tuple[str, str]]:
    yield "Model", of.model
    yield "Center", of.center
    yield "Topic", capital(of.topic)
    yield "Opened", day(of.opened_on)
    if of.closed_on:
        yield "Closed", f"{day(of.closed_on)} ({of.closed_because})"
    else:
        yield "To close", day(of.planned_close) if of.planned_close else "no day is planned"
    staying = [one for one in of.teams if one.left_on is None]
    yield "Jurisdictions", _places(of, [one.jurisdiction for one in staying]) or "none yet"
    if left := [one.jurisdiction for one in of.teams if one.left_on is not None]:
        yield "Left", _places(of, left)
    roles = [f"{spoken(role)} {n}" for role, n in of.roles.items()]
    yield "Teams", f"{count(len(staying), 'team')} of {count(of.people, 'person', 'people')}" if staying else "none yet"
    if roles:
        yield "People by role", ", ".join(roles)
    yield "Run by", listed([role if held else f"{role} (vacant)" for role, held in of.seats.items()]) or "nobody"
    planned = f"; {of.sessions_planned} were planned" if of.sessions_planned else ""
    yield "Sessions", f"{len(of.sessions) or 'none'} held{planned}"


def _places(of: Account, codes: Sequence[str]) -> str:
    return listed(sorted({of.places.get(code, code) for code in codes}))


def _goals(of: Account) -> Section:
    title = "What was promised, and what became of it"
    if not of.goals:
        sentence = "No goal was declared, so nobody can say whether the engagement reached what it was for."
        return Section(name="goals", title=title, sentences=(sentence,))
    sentence = f"{_promised(of)}: {_summed_up(of)}."
    items = tuple(
        Item(title=f"Goal {n}. {goal.statement}", lines=tuple(_goal(of, goal))) for n, goal in enumerate(of.goals, 1)
    )
    return Section(name="goals", title=title, sentences=(sentence,), items=items)


def _summed_up(of: Account) -> str:
    verdicts = Counter(goal.verdict for goal in of.goals if goal.verdict)
    told = [f"{n} {VERDICT[verdict]}" for verdict in VERDICT if (n := verdicts[verdict])]
    waiting = len(of.goals) - sum(verdicts.values())
    return ", ".join([*told, f"{waiting} not judged yet"] if waiting else told)


def _goal(of: Account, goal: Promised) -> Iterator[tuple[str, str]]:
    yield "Level", goal.level
    yield "By when", day(goal.by) if goal.by else "no date was set"
    yield "Noticed by", goal.indicator or "no indicator was named"
    seen = [f"change {of.outcomes.index(one) + 1}" for one in goal.seen]
    yield "How it stands", f"seen ({listed(seen)} below)" if seen else STANDS[goal.stands]
    if goal.verdict is None or goal.assessed_on is None:
        yield "Verdict", "not judged yet"
        return
    yield "Verdict", f"{VERDICT[goal.verdict]}, judged on {day(goal.assessed_on)}"
    yield "The verdict rests on", "; ".join(_grounds(of, goal)) or "no recorded change is cited"


def _grounds(of: Account, goal: Promised) -> Iterator[str]:
    for n, one in enumerate(of.outcomes, 1):
        if one.outcome_id in goal.rests_on:
            yield f"change {n}, “{one.statement}” (shown by: {evidence_of(one)})"


def _outcomes(of: Account) -> Section:
    columns = ("Change", "Seen on", "Where", "Level", "Shown by", "Of which goal")
    rows = tuple(_outcome(of, n, one) for n, one in enumerate(of.outcomes, 1))
    sentences = [] if rows else ["No change was recorded yet."]
    if of.proposed:
        verb = "waits" if of.proposed == 1 else "wait"
        changes = count(of.proposed, "more change", "more changes") if rows else count(of.proposed, "change")
        sentences.append(f"{changes} may have been seen, and {verb} for somebody to look at.")
    grids = (Grid(caption="Changes that were seen, the earliest first", columns=columns, rows=rows),) if rows else ()
    return Section(name="outcomes", title="What was seen", sentences=tuple(sentences), grids=grids)


def _outcome(of: Account, n: int, one: Outcome) -> tuple[str, ...]:
    goal = of.number_of(one)
    named = f"goal {goal}" if goal else "none: never promised"
    where = of.place_of(one) or "the engagement as a whole"
    return (f"{n}. {one.statement}", short(one.seen_on), where, one.level, evidence_of(one), named)


def _rounds(rounds: Sequence[RoundTold]) -> Section:
    title = "Evaluation rounds, and who answered"
    if not rounds:
        return Section(name="rounds", title=title, sentences=("No round has opened yet.",))
    columns = ("Round", "Opened", "Until", "Asked", "Answered", "Response rate", "After the end")
    rows = tuple(
        (f"{one.title}{', answered by teams' if one.by_team else ''}", short(one.opened_on), _until(one),
         *response(one.response)) for one in rounds
    )  # fmt: skip
    kept_back = any(one.response.few or one.response.late_kept_back for one in rounds)
    grid = Grid(caption="Rounds that have opened", columns=columns, rows=rows)
    return Section(name="rounds", title=title, sentences=(KEPT_BACK,) if kept_back else (), grids=(grid,))


def _until(one: RoundTold) -> str:
    return f"{short(one.until)}{' (open)' if one.is_open else ''}"
