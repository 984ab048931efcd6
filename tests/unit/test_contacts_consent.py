"""Who asked not to be contacted is not, until they consent: the last word of each team and person counts."""

from datetime import timedelta

import pytest

from services.intake.decisions import contacts as decisions
from services.intake.domain import ConsentToContact, DeclineContact, Known, known
from shared.consent import consents
from shared.events.base import Fact
from tests.support.contacts import NO_POLICY, WI, consent, due, ruled, rules
from tests.support.saying import NOW, history, retraction, said


def test_whoever_asked_not_to_be_contacted_is_not() -> None:
    no = consent("contact_declined", "2027-01-02", team_id="ky")
    assert rules(ruled([due("e1/offer/ky/1", policy=NO_POLICY)], (), no)) == {"e1/offer/ky/1": "consent"}
    assert rules(ruled([due("e2/offer/ky/1", policy=NO_POLICY)], (), no)) == {}, "a team is one of its engagement"
    assert rules(ruled([due("e1/offer/wi/1", WI, policy=NO_POLICY)], (), no)) == {}


def test_a_person_may_decline_in_all_engagements_at_once() -> None:
    facts = [said("contact_declined", on="2027-01-02", person_id="p-ky", engagement_id="-")]
    no = list(consents(history(facts, "-/p-ky")).values())
    assert rules(ruled([due("e7/offer/ky/1", policy=NO_POLICY)], (), no)) == {"e7/offer/ky/1": "consent"}


def test_who_declines_interviews_may_be_contacted_for_all_else() -> None:
    no = consent("contact_declined", "2027-01-02", team_id="ky", about="interview")
    assert rules(ruled([due("e1/offer/ky/1", policy=NO_POLICY)], (), no)) == {}
    asked = due("e1/talk/ky/1", policy=NO_POLICY, kind="interview")
    assert rules(ruled([asked], (), no)) == {"e1/talk/ky/1": "consent"}


def test_the_last_word_counts_and_of_one_moment_it_is_no() -> None:
    no, yes = (said(f"contact_{word}", on="2027-01-02", team_id="ky") for word in ("declined", "consented"))
    later = said("contact_consented", on="2027-01-03", team_id="ky")
    task = due("e1/offer/ky/1", policy=NO_POLICY)
    for facts, expected in (([no, yes], 1), ([yes, no], 1), ([later, no], 0), ([no, retraction(no)], 0)):
        assert len(ruled([task], (), list(consents(history(facts)).values())).forbidden) == expected


def test_a_later_consent_to_all_lifts_what_was_declined_for_some() -> None:
    facts = [
        said("contact_declined", on="2027-01-02", team_id="ky", about="interview"),
        said("contact_consented", on="2027-01-03", team_id="ky"),
    ]
    asked = due("e1/talk/ky/1", policy=NO_POLICY, kind="interview")
    assert rules(ruled([asked], (), list(consents(history(facts)).values()))) == {}


def test_of_two_words_of_one_day_the_one_that_was_said_later_counts() -> None:
    no = said("contact_declined", on="2027-01-02", team_id="ky")
    yes = said("contact_consented", on="2027-01-02", team_id="ky", recorded=NOW + timedelta(hours=1))
    no_again = said("contact_declined", on="2027-01-02", team_id="ky", recorded=NOW + timedelta(hours=2), revision=1)
    task = due("e1/offer/ky/1", policy=NO_POLICY)
    for facts, expected in (([no, yes], 0), ([yes, no], 0), ([no, yes, no_again], 1), ([no_again, no, yes], 1)):
        assert len(ruled([task], (), list(consents(history(facts)).values())).forbidden) == expected


def test_a_consent_to_all_on_the_day_of_a_decline_of_some_lifts_it() -> None:
    facts = [
        said("contact_declined", on="2027-01-02", team_id="ky", about="interview"),
        said("contact_consented", on="2027-01-02", team_id="ky", recorded=NOW + timedelta(hours=1)),
    ]
    asked = due("e1/talk/ky/1", policy=NO_POLICY, kind="interview")
    assert rules(ruled([asked], (), list(consents(history(facts)).values()))) == {}


def engaged(*words: Fact) -> Known:
    """What intake knows of the engagement once these were said."""
    return known(history([said("engagement_opened"), said("team_formed"), *words]))


def test_what_was_overtaken_on_its_own_day_is_said_anew_by_a_revision() -> None:
    no = said("contact_declined", on="2027-01-04", team_id="ky")
    yes = said("contact_consented", on="2027-01-04", team_id="ky", recorded=NOW + timedelta(hours=1))
    command = DeclineContact(engagement_id="e1", team_id="ky")
    with pytest.raises(decisions.SaidSince, match="give it revision 1"):
        decisions.decline(command, engaged(no, yes), NOW + timedelta(hours=2))
    revised = command.model_copy(update={"revision": 1})
    [event] = decisions.decline(revised, engaged(no, yes), NOW + timedelta(hours=2))
    assert (event.revision, event.model_dump()["on"]) == (1, no.event.model_dump()["on"])
    [same] = decisions.consent(ConsentToContact(engagement_id="e1", team_id="ky"), engaged(no, yes), NOW)
    assert same == yes.event, "the last word may be repeated"
