"""The navigation: each place has an icon of its own, and what only administrators see stands apart from all else."""

from services import running
from shared.access.opening import ADMINISTRATORS
from shared.web.pages.navigation import APART, in_order

ENTRIES = in_order([one.pages for one in running.idle() if one.pages])


def test_no_two_places_look_alike() -> None:
    assert len(ENTRIES) > 5
    for word in ("icon", "label", "path"):
        told = [getattr(entry, word) for entry in ENTRIES]
        assert sorted(told) == sorted(set(told)), word


def test_the_line_divides_what_only_administrators_see_from_what_everybody_does() -> None:
    assert {entry.label for entry in ENTRIES if entry.order >= APART} == {
        entry.label for entry in ENTRIES if entry.roles == ADMINISTRATORS
    }


def test_ones_own_choice_of_mail_is_another_place_than_the_log_of_all_mail() -> None:
    [mail] = [entry for entry in ENTRIES if entry.label == "Mail"]
    assert (mail.is_here("/app/mail"), mail.is_here("/app/mail/mine")) == (True, False)
