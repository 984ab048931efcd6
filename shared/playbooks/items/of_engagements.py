"""Items about the engagement itself, the approvals that it needs, and its goals."""

from collections.abc import Iterator

from shared.playbooks.items.ground import Ground
from shared.playbooks.items.item import Item, Values
from shared.playbooks.moments import Moment


def engagements(ground: Ground) -> Iterator[Item]:
    """The engagement."""
    yield Item(ground.engagement.id, ground.zone, ground.engagement_moments, (ground.around,))


def approvals(ground: Ground) -> Iterator[Item]:
    """Each approval that was asked for."""
    for id, approval in ground.history.approvals.items():
        asked, answered = approval.asked, approval.answered
        moments = {"asked": Moment(asked.event.asked_on, asked.fact.id)}
        if answered:
            moments["answered"] = Moment(answered.event.answered_on, answered.fact.id)
        values: Values = {"approval.about": asked.event.about, "approval.region": asked.event.region}
        yield Item(id, ground.zone, moments, (values, ground.around))


def goals(ground: Ground) -> Iterator[Item]:
    """Each goal that stands."""
    for id, declared in ground.history.goals.items():
        moments = {"declared": Moment(declared.declared_on, declared.declared.id)}
        if declared.goal.by:
            moments["by"] = Moment(declared.goal.by, declared.source.id)
        if declared.assessed:
            moments["assessed"] = Moment(declared.assessed.event.on, declared.assessed.fact.id)
        values: Values = {"goal.level": declared.goal.level, "goal.statement": declared.goal.statement}
        yield Item(id, ground.zone, moments, (values, ground.around))
