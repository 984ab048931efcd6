"""The tables of intake as they were before there were migrations."""

from alembic.operations import Operations
from sqlalchemy import Index

from shared.storage.revisions import day, every_service_0001, instant, number, word

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Requests, engagements and what belongs to them, playbooks."""
    every_service_0001(op)
    op.create_table(
        "request",
        word("request_id", primary_key=True),
        word("source"),
        word("external_id"),
        word("jurisdiction", index=True),
        word("topic"),
        word("state"),
        word("answered_by", nullable=True),
        day("logged_on"),
        word("document"),
        Index("ix_request_tracked", "source", "external_id"),
    )
    op.create_table(
        "engagement",
        word("engagement_id", primary_key=True),
        word("playbook"),
        word("topic"),
        word("center"),
        word("facilitator", nullable=True),
        word("state"),
        day("opened_on"),
        word("document"),
    )
    op.create_table(
        "playbook",
        word("playbook", primary_key=True),
        number("version", primary_key=True),
        instant("published_at"),
        word("document"),
    )
    _asked(op)
    _formed(op)


def _asked(op: Operations) -> None:
    op.create_table(
        "approval",
        word("engagement_id", primary_key=True),
        word("approval_id", primary_key=True, index=True),
        word("about"),
        word("jurisdiction", nullable=True),
        number("region", nullable=True),
        word("state"),
        day("asked_on"),
        word("document"),
    )
    op.create_table(
        "application",
        word("engagement_id", primary_key=True),
        word("application_id", primary_key=True, index=True),
        word("jurisdiction"),
        word("stage"),
        day("received_on"),
        word("document"),
    )


def _formed(op: Operations) -> None:
    op.create_table(
        "cohort",
        word("engagement_id", primary_key=True),
        word("cohort_id", primary_key=True, index=True),
        word("document"),
    )
    op.create_table(
        "team",
        word("engagement_id", primary_key=True),
        word("team_id", primary_key=True, index=True),
        word("jurisdiction"),
        word("cohort", nullable=True),
        word("state"),
        day("formed_on"),
        word("document"),
    )
    op.create_table(
        "peers",
        word("engagement_id", primary_key=True),
        word("from_team", primary_key=True),
        word("to_jurisdiction", primary_key=True),
        word("need", primary_key=True),
        word("state"),
        word("document"),
    )
