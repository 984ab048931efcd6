"""What followup knows of tasks and contacts, and what it may be asked to do: one file a noun."""

from services.followup.domain.contacts import Candidate, Consent, Contact, Reached, all_teams, consents, reached
from services.followup.domain.tasks import DoTask, HandOverTask, Known, OfTask, SkipTask, SnoozeTask

__all__ = [
    "Candidate", "Consent", "Contact", "DoTask", "HandOverTask", "Known", "OfTask", "Reached", "SkipTask",
    "SnoozeTask", "all_teams", "consents", "reached",
]  # fmt: skip
