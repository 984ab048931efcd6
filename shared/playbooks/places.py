"""Where the jurisdictions are: name, ACF region and the time zone of the capital; Tribes are told by settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class Place:
    """One jurisdiction: a state, DC, a territory or a Tribe."""

    code: str
    name: str
    region: int
    zone: str


_TABLE = (
    ("AL", "Alabama", 4, CENTRAL),
    ("AK", "Alaska", 10, "America/Juneau"),
    ("AZ", "Arizona", 9, "America/Phoenix"),
    ("AR", "Arkansas", 6, CENTRAL),
    ("CA", "California", 9, PACIFIC),
    ("CO", "Colorado", 8, MOUNTAIN),
    ("CT", "Connecticut", 1, EASTERN),
    ("DE", "Delaware", 3, EASTERN),
    ("DC", "District of Columbia", 3, EASTERN),
    ("FL", "Florida", 4, EASTERN),
    ("GA", "Georgia", 4, EASTERN),
    ("HI", "Hawaii", 9, "Pacific/Honolulu"),
    ("ID", "Idaho", 10, "America/Boise"),
    ("IL", "Illinois", 5, CENTRAL),
    ("IN", "Indiana", 5, "America/Indiana/Indianapolis"),
    ("IA", "Iowa", 7, CENTRAL),
    ("KS", "Kansas", 7, CENTRAL),
    ("KY", "Kentucky", 4, EASTERN),
    ("LA", "Louisiana", 6, CENTRAL),
    ("ME", "Maine", 1, EASTERN),
    ("MD", "Maryland", 3, EASTERN),
    ("MA", "Massachusetts", 1, EASTERN),
    ("MI", "Michigan", 5, "America/Detroit"),
    ("MN", "Minnesota", 5, CENTRAL),
    ("MS", "Mississippi", 4, CENTRAL),
    ("MO", "Missouri", 7, CENTRAL),
    ("MT", "Montana", 8, MOUNTAIN),
    ("NE", "Nebraska", 7, CENTRAL),
    ("NV", "Nevada", 9, PACIFIC),
    ("NH", "New Hampshire", 1, EASTERN),
    ("NJ", "New Jersey", 2, EASTERN),
    ("NM", "New Mexico", 6, MOUNTAIN),
    ("NY", "New York", 2, EASTERN),
    ("NC", "North Carolina", 4, EASTERN),
    ("ND", "North Dakota", 8, CENTRAL),
    ("OH", "Ohio", 5, EASTERN),
    ("OK", "Oklahoma", 6, CENTRAL),
    ("OR", "Oregon", 10, PACIFIC),
    ("PA", "Pennsylvania", 3, EASTERN),
    ("RI", "Rhode Island", 1, EASTERN),
    ("SC", "South Carolina", 4, EASTERN),
    ("SD", "South Dakota", 8, CENTRAL),
    ("TN", "Tennessee", 4, CENTRAL),
    ("TX", "Texas", 6, CENTRAL),
    ("UT", "Utah", 8, MOUNTAIN),
    ("VT", "Vermont", 1, EASTERN),
    ("VA", "Virginia", 3, EASTERN),
    ("WA", "Washington", 10, PACIFIC),
    ("WV", "West Virginia", 3, EASTERN),
    ("WI", "Wisconsin", 5, CENTRAL),
    ("WY", "Wyoming", 8, MOUNTAIN),
    ("AS", "American Samoa", 9, "Pacific/Pago_Pago"),
    ("GU", "Guam", 9, "Pacific/Guam"),
    ("MP", "Northern Mariana Islands", 9, "Pacific/Saipan"),
    ("PR", "Puerto Rico", 2, "America/Puerto_Rico"),
    ("VI", "U.S. Virgin Islands", 2, "America/St_Thomas"),
)
PLACES: Mapping[str, Place] = MappingProxyType({row[0]: Place(*row) for row in _TABLE})
"""The 50 states, DC and the five territories, by USPS code. Regions as ACF's Office of Child Care draws them."""

ALSO_CALLED: Mapping[str, str] = MappingProxyType(
    {
        "washington dc": "DC", "washington d c": "DC", "d c": "DC",
        "virgin islands": "VI", "us virgin islands": "VI", "usvi": "VI",
        "cnmi": "MP", "commonwealth of the northern mariana islands": "MP", "northern marianas": "MP",
    }
)  # fmt: skip
"""What some are called beside their name."""
STYLED = re.compile(r"^(the )?((state|commonwealth|territory) of )?")
PARTED = re.compile(r"[(),;:/|]|\s[-\u2013\u2014]\s")
"""What stands between a name and a code: Kentucky (KY), KY - Kentucky."""


@lru_cache(maxsize=512)
def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of this IANA name, if there is one."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):
        return None


class Places:
    """All jurisdictions known here: the table, and the Tribes that settings tell."""

    def __init__(self, tribes: Mapping[str, Place] = MappingProxyType({})) -> None:
        self._places = {**PLACES, **tribes}
        named = {_folded(name): code for code, place in self._places.items() for name in (code, place.name)}
        self._names = {**ALSO_CALLED, **named}

    def get(self, code: str) -> Place | None:
        """The place with this code (`KY`, `tribe-yurok`), if it is known."""
        return self._places.get(code)

    def code_of(self, text: str) -> str | None:
        """The code of the place that a text names: by its code or name, in any letters; none where it is in doubt."""
        if whole := self._named(text):
            return whole
        parts = [part for part in PARTED.split(text) if part and part.strip()]
        found = {self._named(part) for part in parts}
        return found.pop() if len(found) == 1 and len(parts) > 1 else None

    def _named(self, text: str) -> str | None:
        plain = _folded(text)
        return self._names.get(plain) or self._names.get(STYLED.sub("", plain, count=1))

    def zone_of(self, jurisdiction: str) -> ZoneInfo | None:
        """Its time zone; of an unknown Tribe none: the engagement's holds."""
        place = self._places.get(jurisdiction)
        return zone_named(place.zone) if place else None


def _folded(text: str) -> str:
    """A name in small letters, without its dots, commas and hyphens."""
    return " ".join(re.sub(r"[.,\s_-]+", " ", text.casefold()).split())
