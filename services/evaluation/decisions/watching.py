"""What a jurisdiction did after the window of its engagement, taken for a change that somebody should look at."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from services.evaluation import domain
from services.evaluation.decisions.grounds import today
from services.evaluation.domain import Known, Proposal, Sign, Watched
from services.evaluation.domain.watching import named_for, told_of
from shared.errors import Conflict, Unknown
from shared.events import evaluation as said
from shared.events.base import Event
from shared.events.fields import LONGEST, Level
from shared.playbooks.topics import Topics

LEVELS: Mapping[str, Level] = {"asked": "knowledge", "joined": "network", "finished": "practice"}
"""At which level a sign is proposed; whoever confirms it may choose another."""


class ConfirmedAlready(Conflict):
    """Outcome {outcome_id} was confirmed. If that was a mistake, retract the fact that recorded it."""


def propose(
    watched: Watched, until: date, signs: Iterable[Sign], topics: Topics
) -> list[tuple[said.OutcomeProposed, Sign]]:
    """What a team's jurisdiction did after `until`, the last day of its window, as proposed outcomes.

    Which fact came first makes no difference, and one sign proposes one outcome only, however often it is told.
    """
    return [(_proposed(watched, sign), sign) for sign in may_show(watched, signs, topics) if sign.on > until]


def may_show(watched: Watched, signs: Iterable[Sign], topics: Topics) -> list[Sign]:
    """The signs that may show a change for a team, whatever its window is: it ends on the day of closing or later."""
    return [sign for sign in signs if sign.on > watched.closed_on and _is_sign(watched, sign, topics)]


def dismiss(command: domain.DismissOutcome, known: Known, now: datetime) -> list[Event]:
    """Somebody looked, and it was no outcome."""
    proposed = _proposal(known, command.outcome_id, command.engagement_id)
    if proposed.state == "confirmed":
        raise ConfirmedAlready("outcome_id", outcome_id=command.outcome_id)
    before = known.dismissed.get(command.outcome_id)
    on = command.on or (before.on if before else today(known, now))
    return [command.as_event(said.OutcomeDismissed, on=on)]


def confirm(command: domain.ConfirmOutcome, known: Known, now: datetime) -> list[Event]:
    """Somebody looked, and it was one."""
    proposed = _proposal(known, command.outcome_id, command.engagement_id)
    if command.goal_id is not None and command.goal_id not in known.goals:
        raise Unknown("goal", command.goal_id, command.engagement_id, "goal_id")
    told = {
        **proposed.model_dump(include={"jurisdiction", "team_id", "seen_on"}),
        "level": command.level or proposed.level,
        "statement": command.statement or proposed.statement,
        "evidence": command.evidence,
        "source": "watch",
    }
    return [command.as_event(said.OutcomeRecorded, **told)]


def _proposal(known: Known, outcome_id: str, engagement_id: str) -> Proposal:
    if (proposed := known.proposals.get(outcome_id)) is None:
        raise Unknown("proposed outcome", outcome_id, engagement_id, "outcome_id")
    return proposed


def _is_sign(watched: Watched, sign: Sign, topics: Topics) -> bool:
    """Whether it may show what this engagement changed for this team."""
    if sign.jurisdiction != watched.jurisdiction:
        return False
    match sign.kind:
        case "asked":
            return topics.slug_of(sign.words) == topics.slug_of(watched.topic)
        case "joined":
            return sign.line != watched.engagement_id
        case "finished":
            return (sign.line, sign.team_id) == (watched.engagement_id, watched.team_id)


def _proposed(watched: Watched, sign: Sign) -> said.OutcomeProposed:
    return said.OutcomeProposed(
        engagement_id=watched.engagement_id,
        outcome_id=named_for(watched.engagement_id, watched.team_id, sign),
        jurisdiction=watched.jurisdiction,
        team_id=watched.team_id,
        level=LEVELS[sign.kind],
        statement=_cut(told_of(sign, sign.words)),
        because=sign.because,
        seen_on=sign.on,
    )


def _cut(text: str) -> str:
    """The text, or what an event can hold of it: a sign's own words may be as long as any text."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
