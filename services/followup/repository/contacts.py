"""The ledger of contacts as it is read: the latest that were made or withheld, and those that a cap may count."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, select

from services.followup import tables
from services.followup.domain import Contact
from shared.consent import Consent
from shared.events import wire
from shared.events.base import NO_ENGAGEMENT, Fact
from shared.events.followup import ContactSuppressed
from shared.obligations.ledger import LEDGER, ROW
from shared.obligations.reconcile import Row
from shared.storage.facts import FACT
from shared.storage.tables import table
from shared.storage.work import Unit

CONTACT, CONSENT = table(tables.ContactRow), table(tables.ConsentRow)


async def latest(unit: Unit, engagements: Collection[str], jurisdiction: str | None, most: int) -> list[Contact]:
    """The latest contacts in some engagements, with one jurisdiction or with all."""
    these: list[ColumnElement[bool]] = [CONTACT.c.engagement_id.in_(list(engagements))]
    if jurisdiction is not None:
        these.append(CONTACT.c.jurisdiction == jurisdiction)
    return await _read(unit, most, *these)


async def since(unit: Unit, first: date) -> list[Contact]:
    """Every contact from a day on, in whatever engagement: caps count them all."""
    return await _read(unit, None, CONTACT.c.at >= datetime.combine(first, time.min, UTC))


async def withheld(unit: Unit, engagements: Collection[str], most: int) -> list[Fact]:
    """The latest times that a policy forbade a contact in some engagements."""
    query = select(FACT.c.body).where(
        FACT.c.type == ContactSuppressed.type, FACT.c.engagement_id.in_(list(engagements))
    )
    found = await unit.connection.scalars(query.order_by(FACT.c.time.desc(), FACT.c.seq.desc()).limit(most))
    return [wire.decode(body.encode()) for body in found]


async def declined(unit: Unit, engagements: Collection[str]) -> list[Consent]:
    """Who asked not to be contacted, in some engagements or in all, and has not said otherwise since."""
    query = select(CONSENT.c.document).where(CONSENT.c.engagement_id.in_([NO_ENGAGEMENT, *engagements]))
    found = [Consent.model_validate_json(document) for document in await unit.connection.scalars(query)]
    return sorted((one for one in found if not one.is_given), key=lambda one: one.place, reverse=True)


async def tasks(unit: Unit, keys: Iterable[str]) -> dict[str, Row]:
    """What the ledger holds of some tasks; of rounds it holds nothing."""
    query = select(LEDGER.c.key, LEDGER.c.document).where(LEDGER.c.key.in_(set(keys)))
    return {row.key: ROW.validate_json(row.document) for row in await unit.connection.execute(query)}


async def _read(unit: Unit, most: int | None, *conditions: ColumnElement[bool]) -> list[Contact]:
    query = select(CONTACT.c.document).where(*conditions).order_by(CONTACT.c.at.desc(), CONTACT.c.task_id).limit(most)
    return [Contact.model_validate_json(document) for document in await unit.connection.scalars(query)]
