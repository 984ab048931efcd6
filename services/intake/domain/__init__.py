"""What intake knows, and what it may be asked to do: one file a noun."""

from services.intake.domain.approvals import AnswerApproval, Application, Approval, AskApproval, ReceiveApplication
from services.intake.domain.asked import Asked, Beside
from services.intake.domain.contacts import ConsentToContact, DeclineContact
from services.intake.domain.engagements import ChangeEngagement, CloseEngagement, Engagement, OpenEngagement
from services.intake.domain.known import Known, known
from services.intake.domain.peers import ConnectPeers, Peers, ProposedPeers, SuggestPeers
from services.intake.domain.playbooks import Playbook, PublishPlaybook
from services.intake.domain.requests import AnswerRequest, Fate, LogRequest, OfRequest, Request, WithdrawRequest
from services.intake.domain.teams import (
    AssignCohort,
    ChangeTeam,
    Cohort,
    FillRole,
    FormTeam,
    LeaveTeam,
    ProposedCohort,
    SignOffTeam,
    Team,
    VacateRole,
    Wanted,
)
from services.intake.domain.topics import AskedBy, Topic
from services.intake.domain.waiting import ApprovalClock, Clocked, Pace, Waiting

__all__ = [
    "AnswerApproval", "AnswerRequest", "Application", "Approval", "ApprovalClock", "AskApproval", "Asked", "AskedBy",
    "AssignCohort", "Beside", "ChangeEngagement", "ChangeTeam", "Clocked", "CloseEngagement", "Cohort", "ConnectPeers",
    "ConsentToContact", "DeclineContact", "Engagement", "Fate", "FillRole", "FormTeam", "Known", "LeaveTeam",
    "LogRequest", "OfRequest", "OpenEngagement", "Pace", "Peers", "Playbook", "ProposedCohort", "ProposedPeers",
    "PublishPlaybook",
    "ReceiveApplication", "Request", "SignOffTeam", "SuggestPeers", "Team", "Topic", "VacateRole", "Waiting",
    "Wanted", "WithdrawRequest", "known",
]  # fmt: skip
