"""Words of older versions are read as those of today, however many versions ago they were said."""

from collections.abc import Mapping
from typing import Any

from shared.events.catalogue import CATALOGUE
from shared.events.upcasts import UPCASTS, upcast


def minutes_from_hours(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in data.items() if name != "hours"}, "minutes": data.get("hours", 0) * 60}


def with_a_mode(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"mode": "virtual", **data}


STEPS = {"met.v1": ("met.v2", minutes_from_hours), "met.v2": ("met.v3", with_a_mode)}


def test_old_words_are_read_as_the_new_ones_step_by_step() -> None:
    assert upcast("met.v1", {"hours": 2}, STEPS) == ("met.v3", {"mode": "virtual", "minutes": 120})


def test_the_words_of_today_are_read_as_they_are() -> None:
    assert upcast("met.v3", {"minutes": 90}, STEPS) == ("met.v3", {"minutes": 90})


def test_what_was_said_is_not_changed_by_reading_it() -> None:
    said = {"hours": 2}
    upcast("met.v1", said, STEPS)
    assert said == {"hours": 2}


def test_every_old_type_leads_to_one_that_is_said_today() -> None:
    for old in UPCASTS:
        assert old not in CATALOGUE
        assert upcast(old, {})[0] in CATALOGUE
