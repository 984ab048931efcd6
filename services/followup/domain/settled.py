"""How a task ended that nobody did by hand: what happened settled it, told as people say it. Pure."""

from collections.abc import Mapping

from shared.events import evaluation, intake, sessions
from shared.events.base import Event, Fact

SETTLED = "settled by itself"
"""How such a task stands: nobody did it, and nobody has to do it any more."""
HAPPENED: Mapping[type[Event], str] = {
    intake.TaRequestAnswered: "the request was answered",
    intake.EngagementOpened: "the engagement was opened",
    intake.EngagementChanged: "the engagement was changed",
    intake.EngagementClosed: "the engagement closed",
    intake.ApprovalAnswered: "the approval was answered",
    intake.TeamFormed: "the team was formed",
    intake.TeamChanged: "the team was changed",
    intake.TeamLeft: "the team left",
    intake.LeadershipSignedOff: "the leadership signed off",
    intake.RoleFilled: "somebody took on the role",
    intake.PeersConnected: "they were introduced to one another",
    sessions.SessionScheduled: "the session was scheduled",
    sessions.SessionCancelled: "the session was cancelled",
    sessions.SessionHeld: "the session was held",
    sessions.HomeworkAssigned: "homework was given",
    sessions.HomeworkHandedIn: "the homework was handed in",
    sessions.ActionPlanSubmitted: "the plan was handed in",
    sessions.ActionPlanAccepted: "the plan was accepted",
    sessions.ActionPlanRejected: "the plan was rejected",
    sessions.ActionStepReported: "the step was reported on",
    evaluation.GoalAssessed: "the goal was judged",
    evaluation.OutcomeRecorded: "a change was seen",
}


def what_settled(fact: Fact | None) -> str | None:
    """What happened, so that the task need not be done any more; nothing where that is not known here."""
    if fact is None:
        return None
    kind = fact.event.type.split(".")[2].replace("_", " ")
    return f"no longer needed: {HAPPENED.get(type(fact.event), kind)}"
