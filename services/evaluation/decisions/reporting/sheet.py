"""A report in plain words: its sections, each with sentences, tables and what is drawn."""

from collections.abc import Iterator, Mapping, Sequence

from services.evaluation.decisions.report import VERDICT
from services.evaluation.decisions.reporting.days import waits
from services.evaluation.domain.figures import Figures, Response
from services.evaluation.domain.reporting import PORTFOLIO, Bars, FullReport, Grid, Section, Share, Sheet

PLANS = "Action plans, their steps and barriers"
FOLLOW_UP = "Follow-up: offered, and taken up"
KEPT_BACK = (
    "Of rounds that fewer than five people answered, no number is shown, and they are in no sum: "
    "else it could be seen who answered how."
)
NOT_SHOWN = "not shown (fewer than five)"


def sheet(report: FullReport) -> Sheet:
    """A report as people read it."""
    scope, figures = report.scope, report.figures
    sections = [
        _promises(figures), _rounds(figures), _follow_ups(figures), *waits(figures), _plans(figures),
        _turnover(figures), _contacts(figures),
    ]  # fmt: skip
    if scope.by != "engagement":
        sections.append(_by_engagement(report.engagements))
    title = "Report on the portfolio" if scope.by == PORTFOLIO else f"Report: {scope.title}"
    return Sheet(title=title, on=report.on, sentences=tuple(_first(report)), sections=tuple(sections))


def count(n: int, one: str, many: str = "") -> str:
    """A number with its word."""
    return f"{n} {one if n == 1 else many or f'{one}s'}"


def chart(name: str, title: str, unit: str, bars: Sequence[tuple[str, int]]) -> Bars | None:
    """What is drawn of these numbers; nothing where all of them are zero."""
    if not any(n for _, n in bars):
        return None
    told = ", ".join(f"{label} {n}" for label, n in bars)
    return Bars(name=name, title=title, unit=unit, bars=tuple(bars), words=f"Bar chart. {title}: {told}.")


def numbers(caption: str, what: str, bars: Sequence[tuple[str, int]], unit: str = "Number") -> Grid:
    """A table of names and their numbers."""
    return Grid(caption=caption, columns=(what, unit), rows=tuple((label, str(n)) for label, n in bars))


def named(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Numbers by name, the largest first."""
    rows = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [(name.replace("_", " ").capitalize(), n) for name, n in rows]


def _first(report: FullReport) -> Iterator[str]:
    figures, scope = report.figures, report.scope
    yield f"As of {report.on:%B} {report.on.day}, {report.on.year}."
    teams = count(figures.teams - figures.teams_left, "team")
    left = f", and {count(figures.teams_left, 'team')} that left" if figures.teams_left else ""
    if scope.by == "engagement":
        yield f"{teams}{left}. The engagement {'has closed' if figures.closed else 'is under way'}."
    else:
        yield f"{count(figures.engagements, 'engagement')}, {figures.closed or 'none'} of them closed; {teams}{left}."
    if scope.by == "jurisdiction":
        yield "Of each engagement, only what concerns the teams of this jurisdiction is counted."


def _promises(figures: Figures) -> Section:
    of = figures.promises
    bars = [
        ("Seen", of.seen), ("Judged, nothing recorded", of.judged), ("Not yet due", of.not_yet_due),
        ("Overdue", of.overdue), ("Seen, never promised", of.never_promised),
    ]  # fmt: skip
    sentences = [f"{count(of.made, 'goal')} {'was' if of.made == 1 else 'were'} promised."]
    if of.verdicts:
        verdicts = [f"{n} {VERDICT[verdict]}" for verdict in VERDICT if (n := of.verdicts.get(verdict))]
        sentences.append(f"Judged: {', '.join(verdicts)}.")
    return Section(
        name="promises",
        title="What was promised, and what was seen of it",
        sentences=tuple(sentences),
        grids=(numbers("Goals by how they stand", "How it stands", bars),),
        chart=chart("promises", "Goals by how they stand", "goals", bars),
    )


def _rounds(figures: Figures) -> Section:
    shown = [
        *((_kind(kind), one) for kind, one in figures.of_people.items()),
        *((f"{_kind(kind)}, answered by teams", one) for kind, one in figures.of_teams.items()),
    ]
    columns = ("Kind", "Rounds", "Asked", "Answered", "Response rate", "After the end", "Not counted")
    rows = tuple((label, str(one.rounds), *_response(one)) for label, one in shown)
    rates = [(label, one.rate) for label, one in shown if one.rate is not None]
    sentences = [KEPT_BACK] if any(one.few or one.late_kept_back for _, one in shown) else []
    return Section(
        name="rounds",
        title="Evaluation rounds, and who answered",
        sentences=tuple(sentences) if shown else ("No round has opened yet.",),
        grids=(Grid(caption="Rounds by kind", columns=columns, rows=rows),) if shown else (),
        chart=chart("rounds", "Response rates by kind, in percent", "percent", rates),
    )


def _kind(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _response(one: Response) -> tuple[str, ...]:
    if not one.counted:
        return (*[NOT_SHOWN if one.few else "unknown"] * 4, _not_counted(one))
    late = "not shown" if one.late_kept_back else str(one.late)
    rate = "none asked" if one.rate is None else f"{one.rate}%"
    return (str(one.asked), str(one.answered), rate, late, _not_counted(one))


def _not_counted(one: Response) -> str:
    told = [f"{one.few} with under five answers"] if one.few else []
    told += [f"{one.unknown} of which nobody told how many"] if one.unknown else []
    return ", ".join(told) or "none"


def _follow_ups(figures: Figures) -> Section:
    of = figures.follow_ups
    bars = [
        ("Offered", of.offered), ("Taken up", of.taken), ("Still open", of.open), ("Lapsed", of.lapsed),
        ("Skipped", of.skipped), ("No longer needed", of.settled),
    ]  # fmt: skip
    never = [("Too late to be offered", of.too_late)] if of.too_late else []
    never += [(f"Not allowed: {name.lower()}", n) for name, n in named(of.withheld)]
    if not (of.offered or of.too_late or of.withheld):
        return Section(name="follow-ups", title=FOLLOW_UP, sentences=("No follow-up was offered yet.",))
    share = f" That is {round(100 * of.taken / of.offered)}%." if of.offered else ""
    sentence = (
        f"{of.taken or 'None'} of {count(of.offered, 'offer')} {'was' if of.taken == 1 else 'were'} taken up.{share}"
    )
    grids = [numbers("Offers of follow-up, and what became of them", "What became of it", bars)]
    grids += [numbers("Never offered", "Why", never)] if never else []
    return Section(
        name="follow-ups",
        title=FOLLOW_UP,
        sentences=(sentence,),
        grids=tuple(grids),
        chart=chart("follow-ups", "Offers of follow-up", "offers", [*bars, *never]),
    )


def _plans(figures: Figures) -> Section:
    of = figures.plans
    if not of.submitted:
        return Section(name="plans", title=PLANS, sentences=("No action plan was submitted yet.",))
    plans = [("Submitted", of.submitted), ("Accepted", of.accepted), ("Rejected", of.rejected)]
    plans.append(("Not answered yet", of.unanswered))
    grids = [numbers("Action plans", "What became of it", plans)]
    if of.steps:
        grids.append(numbers("Steps of the plans, as reported last", "How it stands", named(of.steps)))
    barriers = named(of.barriers)
    if barriers:
        grids.append(numbers("What stood in the way of steps", "Barrier", barriers, "Steps"))
    return Section(
        name="plans",
        title=PLANS,
        grids=tuple(grids),
        chart=chart("barriers", "What stood in the way of steps", "steps", barriers),
    )


def _turnover(figures: Figures) -> Section:
    of = figures.turnover
    if not of.vacated:
        return Section(name="turnover", title="Turnover", sentences=("Nobody gave up a role.",))
    rows = tuple(
        (name.replace("_", " ").capitalize(), str(n), str(of.filled.get(name, 0)))
        for name, n in sorted(of.vacated.items())
    )
    vacant = of.vacant
    sentences = []
    if vacant.median is not None:
        sentences.append(f"Half of the roles that were filled again were so within {count(vacant.median, 'day')}.")
    if vacant.still:
        verb = "stands" if vacant.still == 1 else "stand"
        sentences.append(
            f"{count(vacant.still, 'role')} {verb} empty, the longest for {count(vacant.longest_wait or 0, 'day')}."
        )
    grid = Grid(caption="Roles that were given up", columns=("Role", "Given up", "Filled again"), rows=rows)
    return Section(name="turnover", title="Turnover", sentences=tuple(sentences), grids=(grid,))


def _contacts(figures: Figures) -> Section:
    of = figures.contacts
    sentences = ["Nobody was contacted yet."] if not of.made else []
    if of.caps:
        sentences.append(
            f"In the periods that run today, these engagements used {of.used} of {of.allowed} that caps allow, "
            f"and by themselves used up {count(of.used_up, 'cap')} of {of.caps}. Contacts by other engagements count, "
            "too: Contacts shows what is left."
        )
    grids = (numbers("Contacts by what they were for", "What for", named(of.made)),) if of.made else ()
    return Section(name="contacts", title="Contacts, and what caps allow", sentences=tuple(sentences), grids=grids)


def compared(shares: Sequence[Share], what: str, caption: str) -> Grid:
    """Several things beside one another, by the numbers that are asked for first."""
    columns = (what, "Goals", "Seen", "Overdue", "Follow-ups offered", "Taken up", "Plans accepted", "Steps done")
    rows = tuple(
        (
            one.title,
            str(one.figures.promises.made),
            str(one.figures.promises.seen),
            str(one.figures.promises.overdue),
            str(one.figures.follow_ups.offered),
            str(one.figures.follow_ups.taken),
            f"{one.figures.plans.accepted} of {one.figures.plans.submitted}",
            f"{one.figures.plans.steps.get('done', 0)} of {sum(one.figures.plans.steps.values())}",
        )
        for one in shares
    )
    return Grid(caption=caption, columns=columns, rows=rows)


def _by_engagement(shares: Sequence[Share]) -> Section:
    grids = (compared(shares, "Engagement", "What each engagement comes to"),) if shares else ()
    return Section(name="engagements", title="Engagement by engagement", grids=grids)
