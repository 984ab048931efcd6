"""Ways out to people: what leaves here is read elsewhere, by their calendars and in their mail."""

from services.followup.channels.box import Box
from services.followup.channels.message import Place, message
from services.followup.channels.post import Post, Unsent
from services.followup.channels.smtp import Smtp
from shared.settings import Settings

__all__ = ["Box", "Place", "Post", "Smtp", "Unsent", "message", "way_out"]


def way_out(settings: Settings) -> Post:
    """How mail leaves, by the settings."""
    return Smtp(settings) if settings.mail_host else Box()
