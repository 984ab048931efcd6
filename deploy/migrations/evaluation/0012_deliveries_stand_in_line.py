"""Evaluation finds what comes next to a webhook without reading all that waits, and what is old in its log."""

from alembic.operations import Operations

revision = "0012"
down_revision = "0011"


def upgrade(op: Operations) -> None:
    """An index by line, and one by age."""
    op.create_index("ix_delivery_line", "delivery", ["webhook_id", "line", "state", "n"])
    op.create_index("ix_delivery_first_at", "delivery", ["first_at"])
