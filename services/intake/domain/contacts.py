"""Consent: what a team or a person may say about being contacted."""

from services.intake.domain.asked import Asked
from shared.events.base import NO_ENGAGEMENT, Day, Slug, Text
from shared.events.fields import Contact


class DeclineContact(Asked):
    """Tell that a team or a person does not want to be contacted; in no engagement, if none is named."""

    engagement_id: Slug = NO_ENGAGEMENT
    team_id: Slug | None = None
    person_id: Slug | None = None
    about: Contact | None = None
    on: Day | None = None
    note: Text | None = None

    @property
    def line(self) -> str:
        return self.engagement_id if self.engagement_id != NO_ENGAGEMENT else f"{NO_ENGAGEMENT}/{self.person_id}"


class ConsentToContact(DeclineContact):
    """Tell that a team or a person may be contacted, after all or at all."""
