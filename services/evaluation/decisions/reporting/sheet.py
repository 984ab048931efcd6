"""A report in plain words: its sections, each with sentences, tables and what is drawn."""

from collections.abc import Iterator, Sequence

from services.evaluation.decisions.report import VERDICT
from services.evaluation.decisions.reporting.days import waits
from services.evaluation.decisions.reporting.rounds import by_kind
from services.evaluation.decisions.reporting.telling import in_short, told
from services.evaluation.decisions.reporting.wording import chart, count, day, named, numbers
from services.evaluation.domain.figures import Figures
from services.evaluation.domain.reporting import PORTFOLIO, FullReport, Grid, Item, Scope, Section, Share, Sheet

PLANS = "Action plans, their steps and barriers"
CONTACTS = "Contacts, and what caps allow"
BARRIERS = "What stood in the way of steps"
FOLLOW_UP = "Follow-up: offered, and taken up"
COUNTED = (
    ("Goals seen", "A change was recorded that names the goal, or that is of its level and names no other."),
    ("Goals overdue", "From the day after their date, if nothing was seen of them and nobody judged them."),
    ("Response rates", "The share of those who were asked."),
    ("Few answers", "Of rounds that one to four people answered no number is shown, nor is it in any sum."),
    ("What was answered", "Nothing here tells what anybody answered, beyond what somebody wrote as evidence."),
    ("Days", "Calendar days; the median is the number of days within which half had come."),
    ("Contacts", "One with each team on a day, however many of its people it reached."),
)
"""What a reader has to know of the numbers who has nothing but the report."""
YOU, WHOEVER = "you", "whoever asked for this report"
"""What its reader is called: on a page, and on a paper that may be handed on."""


def sheet(report: FullReport, reader: str = YOU) -> Sheet:
    """A report as people read it."""
    scope, figures, of = report.scope, report.figures, report.account
    sections = [*told(of)] if of else [_promises(figures), by_kind(figures)]
    counted = [
        _follow_ups(figures), *waits(figures, reader if report.is_partial else None), _plans(figures),
        _turnover(figures), _contacts(figures),
    ]  # fmt: skip
    sections += [one for one in counted if one.grids]
    if scope.by != "engagement":
        sections.append(_by_engagement(report.engagements))
    if nothing := [sentence for one in counted if not one.grids for sentence in one.sentences]:
        sections.append(Section(name="nothing", title="Nothing to tell yet", sentences=(" ".join(nothing),)))
    sections.append(Section(name="counted", title="How this was counted", items=(Item(lines=COUNTED),)))
    title = "Report on the portfolio" if scope.by == PORTFOLIO else f"Report: {scope.title}"
    return Sheet(title=title, on=report.on, sentences=tuple(_first(report, reader)), sections=tuple(sections))


def _first(report: FullReport, reader: str) -> Iterator[str]:
    figures, scope = report.figures, report.scope
    yield f"As of {day(report.on)}."
    teams = count(figures.teams - figures.teams_left, "team")
    left = f", and {count(figures.teams_left, 'team')} that left" if figures.teams_left else ""
    if report.account:
        yield f"{teams}{left}. The engagement {'has closed' if figures.closed else 'is under way'}."
        yield in_short(report.account)
    else:
        yield f"{count(figures.engagements, 'engagement')}, {figures.closed or 'none'} of them closed; {teams}{left}."
    if scope.by == "jurisdiction":
        yield "Of each engagement, only what concerns the teams of this jurisdiction is counted."
    if report.is_partial:
        yield _partial(scope, reader)


def _partial(scope: Scope, reader: str) -> str:
    """What is missing for whoever does not see all, so that nobody takes a part for the whole."""
    if scope.by == "engagement":
        return f"Of requests that follow it, only those are counted that {reader} may see."
    return (
        f"This is a part of the whole: of the engagements that {reader} may see, the requests that these answer, "
        f"and other requests that {reader} may see."
    )


def _promises(figures: Figures) -> Section:
    of = figures.promises
    bars = [
        ("Seen", of.seen), ("Judged, nothing recorded", of.judged), ("Not yet due", of.not_yet_due),
        ("Overdue", of.overdue), ("Seen, never promised", of.never_promised),
    ]  # fmt: skip
    caption = "Goals by how they stand"
    sentences = [f"{count(of.made, 'goal')} {'was' if of.made == 1 else 'were'} promised."]
    if of.verdicts:
        verdicts = [f"{n} {VERDICT[verdict]}" for verdict in VERDICT if (n := of.verdicts.get(verdict))]
        sentences.append(f"Judged: {', '.join(verdicts)}.")
    return Section(
        name="promises",
        title="What was promised, and what was seen of it",
        sentences=tuple(sentences),
        grids=(numbers(caption, "How it stands", bars, chart=chart("promises", caption, "goals", bars)),),
    )


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
    drawn = chart("follow-ups", "Offers of follow-up", "offers", [*bars, *never])
    grids = [numbers("Offers of follow-up, and what became of them", "What became of it", bars, chart=drawn)]
    grids += [numbers("Never offered", "Why", never)] if never else []
    return Section(
        name="follow-ups",
        title=FOLLOW_UP,
        sentences=(sentence,),
        grids=tuple(grids),
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
        drawn = chart("barriers", BARRIERS, "steps", barriers)
        grids.append(numbers(BARRIERS, "Barrier", barriers, "Steps", drawn))
    return Section(name="plans", title=PLANS, grids=tuple(grids))


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
    if not of.made:
        return Section(name="contacts", title=CONTACTS, sentences=("Nobody was contacted yet.",))
    sentence = (
        f"In the periods that run today, {of.used} of the {of.allowed} contacts that caps allow are used, counting "
        f"only what this report tells of; {of.used_up or 'none'} of {count(of.caps, 'cap')} "
        f"{'is' if of.used_up < 2 else 'are'} used up by that alone. Contacts by other engagements count, too: the "
        "page Contacts shows what is left."
    )
    grid = numbers("Contacts by what they were for", "What for", named(of.made))
    return Section(name="contacts", title=CONTACTS, sentences=(sentence,) if of.caps else (), grids=(grid,))


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
