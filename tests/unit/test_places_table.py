"""The table of jurisdictions: all of them, each with its region and a zone that exists."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.playbooks.places import PLACES, Place, Places, zone_named

REGIONS = {
    1: "CT ME MA NH RI VT", 2: "NJ NY PR VI", 3: "DE DC MD PA VA WV", 4: "AL FL GA KY MS NC SC TN",
    5: "IL IN MI MN OH WI", 6: "AR LA NM OK TX", 7: "IA KS MO NE",
    8: "CO MT ND SD UT WY", 9: "AZ CA HI NV AS GU MP", 10: "AK ID OR WA",
}  # fmt: skip
"""As the Office of Child Care lists them."""


def test_there_are_fifty_states_the_district_and_five_territories() -> None:
    assert len(PLACES) == 56
    assert {"DC", "AS", "GU", "MP", "PR", "VI"} < set(PLACES)


def test_every_jurisdiction_is_in_the_region_that_the_office_of_child_care_lists_it_in() -> None:
    assert {code: place.region for code, place in PLACES.items()} == {
        code: region for region, codes in REGIONS.items() for code in codes.split()
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KY", "KY"), (" ky ", "KY"), ("Kentucky", "KY"), ("KENTUCKY", "KY"), ("Kentucky (KY)", "KY"),
        ("KY - Kentucky", "KY"), ("State of Kentucky", "KY"), ("Commonwealth of Kentucky", "KY"),
        ("Washington, D.C.", "DC"), ("D.C.", "DC"), ("the District of Columbia", "DC"), ("Washington", "WA"),
        ("US Virgin Islands", "VI"), ("U.S. Virgin Islands", "VI"), ("CNMI", "MP"), ("north  carolina", "NC"),
        ("tribe-yurok", "tribe-yurok"), ("Yurok Tribe", "tribe-yurok"),
        ("", None), ("Kentucky, Tennessee", None), ("Kentuky", None), ("region 4", None), ("of", None), ("-", None),
    ],
)  # fmt: skip
def test_a_jurisdiction_is_known_by_its_code_and_by_its_name_however_it_is_written(text: str, code: str | None) -> None:
    places = Places({"tribe-yurok": Place("tribe-yurok", "Yurok Tribe", 9, "America/Los_Angeles")})
    assert places.code_of(text) == code


def test_names_are_told_once_and_zones_exist() -> None:
    assert max(Counter(place.name for place in PLACES.values()).values()) == 1
    assert [code for code, place in PLACES.items() if zone_named(place.zone) is None] == []


@pytest.mark.parametrize(
    ("code", "hours"),
    [
        ("KY", -5), ("TN", -6), ("ND", -6), ("SD", -6), ("KS", -6), ("NE", -6), ("FL", -5), ("MI", -5), ("IN", -5),
        ("ID", -7), ("OR", -8), ("NV", -8), ("AZ", -7), ("AK", -9), ("HI", -10), ("TX", -6), ("PR", -4), ("VI", -4),
        ("GU", 10), ("MP", 10), ("AS", -11),
    ],
)  # fmt: skip
def test_clocks_are_those_of_the_capital(code: str, hours: int) -> None:
    winter = datetime(2027, 1, 15, tzinfo=UTC).astimezone(Places().zone_of(code))
    assert winter.utcoffset() == timedelta(hours=hours)


def test_arizona_hawaii_and_the_territories_have_no_summer_time() -> None:
    july, january = datetime(2027, 7, 15, tzinfo=UTC), datetime(2027, 1, 15, tzinfo=UTC)
    steady = {
        code for code, place in PLACES.items()
        if july.astimezone(ZoneInfo(place.zone)).utcoffset() == january.astimezone(ZoneInfo(place.zone)).utcoffset()
    }  # fmt: skip
    assert steady == {"AZ", "HI", "AS", "GU", "MP", "PR", "VI"}


def test_tribes_are_told_by_settings() -> None:
    yurok = Place("tribe-yurok", "Yurok Tribe", 9, "America/Los_Angeles")
    places = Places({"tribe-yurok": yurok})
    assert places.get("tribe-yurok") == yurok
    assert places.zone_of("tribe-yurok") == ZoneInfo("America/Los_Angeles")
    assert places.zone_of("tribe-hopi") is None
    assert places.get("XX") is None
    assert places.get("KY") == PLACES["KY"]
