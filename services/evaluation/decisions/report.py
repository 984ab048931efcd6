"""The report of an engagement: what was promised, what was seen of it, and what was seen that nobody had promised."""

from datetime import date

from services.evaluation.domain import Goal, Known, Outcome, Promised, Report, Stands

VERDICT = {"reached": "reached", "partly": "partly reached", "not_yet": "not yet reached", "missed": "missed"}
"""What people call a verdict."""


def report(known: Known, engagement_id: str, on: date) -> Report:
    """Each goal held against the outcomes that were recorded, as it stands on this day.

    A goal of knowledge is never short of a change of the system: see Known.seen_of.
    """
    goals = [_promised(goal, known.seen_of(goal), on) for goal in known.goals.values()]
    claimed = {outcome.outcome_id for goal in goals for outcome in goal.seen}
    beyond = [outcome for outcome in known.seen if outcome.outcome_id not in claimed]
    return Report(
        engagement_id=engagement_id,
        on=on,
        promised=goals,
        never_promised=beyond,
        words=[*(goal.words for goal in goals), *map(_never_promised, beyond)] or ["Nothing was promised."],
    )


def _promised(goal: Goal, seen: list[Outcome], on: date) -> Promised:
    stands = _stands(goal, seen, on)
    told = goal.model_dump(exclude={"engagement_id", "outcomes", "revision"})
    return Promised(**told, stands=stands, rests_on=goal.outcomes, seen=seen, words=_words(goal, stands, seen))


def _stands(goal: Goal, seen: list[Outcome], on: date) -> Stands:
    if seen:
        return "seen"
    if goal.is_judged:
        return "judged"
    return "overdue" if goal.by is not None and goal.by < on else "not_yet_due"


def _words(goal: Goal, stands: Stands, seen: list[Outcome]) -> str:
    promised = f'"{goal.statement}" ({goal.level})'
    judged = f"judged {VERDICT[goal.verdict]} on {goal.assessed_on}" if goal.verdict else "not judged yet"
    match stands:
        case "seen":
            times = "once" if len(seen) == 1 else f"{len(seen)} times"
            return f"Seen {times}, {judged}: {promised}"
        case "judged":
            return f"{judged.capitalize()}, though nothing is recorded on which that could rest: {promised}"
        case "overdue":
            return f"Overdue since {goal.by}, nothing seen, not judged: {promised}"
    return f"Not yet due, {f'until {goal.by}' if goal.by else 'for it has no date'}: {promised}"


def _never_promised(outcome: Outcome) -> str:
    return f'Never promised, and seen on {outcome.seen_on}: "{outcome.statement}" ({outcome.level})'
