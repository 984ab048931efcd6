"""Intake finds the requests on a topic that still wait for an answer."""

from alembic.operations import Operations

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """For topics in demand: they are counted whenever a request is logged."""
    op.create_index("ix_request_waiting", "request", ["state", "topic", "logged_on"])
