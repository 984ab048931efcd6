"""Time zones by the names that people have for them."""

from collections.abc import Sequence

CALLED = {
    "America/New_York": "Eastern time (New York)",
    "America/Chicago": "Central time (Chicago)",
    "America/Denver": "Mountain time (Denver)",
    "America/Phoenix": "Mountain time without summer time (Phoenix)",
    "America/Los_Angeles": "Pacific time (Los Angeles)",
    "America/Anchorage": "Alaska (Anchorage)",
    "Pacific/Honolulu": "Hawaii (Honolulu)",
    "America/Puerto_Rico": "Puerto Rico and the U.S. Virgin Islands",
    "Pacific/Guam": "Guam and the Northern Mariana Islands",
    "Pacific/Pago_Pago": "American Samoa (Pago Pago)",
}


def called(zone: str) -> str:
    """A zone as people call it: of one that is not of the United States and its territories, its city."""
    return CALLED.get(zone) or zone.rpartition("/")[2].replace("_", " ")


def choices(*also: str | None) -> Sequence[tuple[str, str]]:
    """The zones that can be chosen, and these besides."""
    return [(zone, called(zone)) for zone in dict.fromkeys((*CALLED, *filter(None, also)))]
