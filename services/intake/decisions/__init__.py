"""What intake answers to a command: the facts that it makes true, or why it refuses; one file a noun."""

from services.intake.decisions import approvals, engagements, peers, playbooks, requests, roles, teams, topics, waiting

__all__ = ["approvals", "engagements", "peers", "playbooks", "requests", "roles", "teams", "topics", "waiting"]
