"""Evaluation keeps where subscribers want to be told, and what became of each event on its way there."""

from alembic.operations import Operations
from sqlalchemy import BigInteger, Column, Index

from shared.storage.revisions import instant, number, word

revision = "0009"
down_revision = "0008"


def upgrade(op: Operations) -> None:
    """Webhooks, deliveries, and each try to deliver."""
    _webhooks(op)
    _deliveries(op)


def _webhooks(op: Operations) -> None:
    op.create_table(
        "webhook",
        word("webhook_id", primary_key=True),
        word("person_id", nullable=True, index=True),
        word("owner", index=True),
        word("label"),
        word("url"),
        word("only_engagement", nullable=True),
        word("only_types"),
        word("state", index=True),
        word("why"),
        instant("made_at"),
        instant("took_at", nullable=True),
        Column("read_to", BigInteger(), nullable=False),
        word("secret"),
        word("secret_before", nullable=True),
        instant("both_until", nullable=True),
    )


def _deliveries(op: Operations) -> None:
    op.create_table(
        "delivery",
        word("webhook_id", primary_key=True),
        word("event_id", primary_key=True),
        Column("n", BigInteger(), nullable=False),
        word("line"),
        word("state"),
        number("tries"),
        number("attempts"),
        instant("first_at"),
        instant("next_at", nullable=True),
        word("why"),
        word("body", nullable=True),
        Index("ix_delivery_due", "webhook_id", "state", "next_at"),
    )
    op.create_table(
        "delivery_attempt",
        word("webhook_id", primary_key=True),
        word("event_id", primary_key=True),
        number("n", primary_key=True),
        instant("at"),
        word("outcome"),
        number("status", nullable=True),
        number("milliseconds", nullable=True),
        word("why"),
        word("answer"),
    )
