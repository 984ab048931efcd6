"""Rounds in a report: how many were asked and answered; of few people only that they were few."""

from services.evaluation.decisions.reporting.wording import capital, chart, spoken
from services.evaluation.domain.figures import Figures, Response
from services.evaluation.domain.reporting import Grid, Section

KEPT_BACK = (
    "Of rounds that fewer than five people answered, no number is shown, and they are in no sum: "
    "else it could be seen who answered how."
)
NOT_SHOWN = "not shown (fewer than five)"


def by_kind(figures: Figures) -> Section:
    """The rounds of many engagements, those of one kind together."""
    shown = [
        *((capital(spoken(kind)), one) for kind, one in figures.of_people.items()),
        *((f"{capital(spoken(kind))}, answered by teams", one) for kind, one in figures.of_teams.items()),
    ]
    columns = ("Kind", "Rounds", "Asked", "Answered", "Response rate", "After the end", "Not counted")
    rows = tuple((label, str(one.rounds), *response(one), _not_counted(one)) for label, one in shown)
    rates = [(label, one.rate) for label, one in shown if one.rate is not None]
    drawn = chart("rounds", "Response rates by kind, in percent", "percent", rates)
    sentences = [KEPT_BACK] if any(one.few or one.late_kept_back for _, one in shown) else []
    return Section(
        name="rounds",
        title="Evaluation rounds, and who answered",
        sentences=tuple(sentences) if shown else ("No round has opened yet.",),
        grids=(Grid(caption="Rounds by kind", columns=columns, rows=rows, chart=drawn),) if shown else (),
    )


def response(one: Response) -> tuple[str, ...]:
    """How many were asked, how many answered, the share of them, and how many after the end."""
    if not one.counted:
        return (NOT_SHOWN, *["not shown"] * 3) if one.few else ("unknown",) * 4
    late = "not shown" if one.late_kept_back else str(one.late)
    rate = "none asked" if one.rate is None else f"{one.rate}%"
    return (str(one.asked), str(one.answered), rate, late)


def _not_counted(one: Response) -> str:
    told = [f"{one.few} with under five answers"] if one.few else []
    told += [f"{one.unknown} of which nobody told how many"] if one.unknown else []
    return ", ".join(told) or "none"
