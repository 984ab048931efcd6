"""Consent: who may be contacted for what, and who asked not to be."""

from typing import ClassVar, Self

from pydantic import model_validator

from shared.events.base import NO_ENGAGEMENT, Event
from shared.events.fields import Contact, Day, Slug, Text, refusal


class OfConsent(Event):
    """Something that a team, or a person, says about being contacted; a person's word may hold in all engagements."""

    identity: ClassVar[tuple[str, ...]] = ("person_id", "team_id", "about", "on")
    happened: ClassVar[str | None] = "on"

    team_id: Slug | None = None
    person_id: Slug | None = None
    about: Contact | None = None
    """Which contacts it is about; all, if it names none."""
    on: Day
    note: Text | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if self.person_id is None and self.team_id is None:
            raise refusal("needs a person_id, a team_id, or both")
        if self.engagement_id == NO_ENGAGEMENT and (self.person_id is None or self.team_id is not None):
            raise refusal("must name a person and no team where it names no engagement: teams belong to engagements")
        return self


class ContactDeclined(OfConsent):
    """A team or person does not want to be contacted."""

    type: ClassVar = "eng.intake.contact_declined.v1"


class ContactConsented(OfConsent):
    """A team or person may be contacted after all."""

    type: ClassVar = "eng.intake.contact_consented.v1"
