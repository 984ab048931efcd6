"""Sessions knows whose each engagement is, and where what stands outside of them belongs."""

from alembic.operations import Operations
from sqlalchemy import table

from shared.storage.revisions import every_service_0004

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """What was recorded before is looked at when the service starts."""
    every_service_0004(op)
    # It hears of roles that are filled and vacated from now on: the next start reads the bus from its beginning.
    op.execute(table("stream").delete())
