"""The figures of reports: an engagement as its facts stand, counted as of a day; many of them are their sum."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.evaluation.decisions.figures.counting import all_counted, counted, response
from services.evaluation.decisions.figures.gathering import part, part_of_request
from services.evaluation.domain.figures import Figures, together
from shared.events.base import Fact
from shared.obligations.reconcile import Row
from shared.playbooks.history import History
from shared.playbooks.model import Playbook
from shared.playbooks.topics import Topics

__all__ = ["all_counted", "counted", "figures", "part", "part_of_request", "response", "together"]


def figures(
    history: History,
    rows: Mapping[str, Row],
    on: date,
    told: Sequence[Fact] = (),
    playbook: Playbook | None = None,
    topics: Topics | None = None,
) -> Figures:
    """The figures of one engagement on a day: `rows` are its rounds, `told` what ledgers said of it."""
    return counted(part(history, rows, told, playbook, topics or Topics()), on)
