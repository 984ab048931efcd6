"""The facts that go in: TA requests, each of which obliges to one task, and the playbook that says so."""

from collections.abc import Iterator
from datetime import datetime

from shared.bus.postman import Letter
from shared.events import wire
from shared.events.base import Fact, say
from shared.events.intake import PlaybookPublished, TaRequestLogged
from shared.playbooks.places import PLACES

DESK = """
playbook: desk
version: 99
title: TA requests
calendar: {holidays: US, at: "09:00", roll: next}
rules:
- name: answer-request
  each: request
  task: "Answer {request.jurisdiction}: {request.topic} (from {request.source})"
  to: facilitator
  due: {wait: 15 business days, after: logged}
  done_by: answered
  escalate: {wait: 5 business days, to: supervisor}
"""
STATES = sorted(code for code in PLACES if len(code) == 2)
NEED = "Families leave the waiting list without a word; we would like to know how others keep in touch with them."


def published(now: datetime) -> Fact:
    """The desk of the product, without the counting of topics: that is intake's work, and measured nowhere here."""
    return say(PlaybookPublished(playbook="desk", version=99, document=DESK, digest="desk"), now)


def request(name: str, number: int, now: datetime) -> Fact:
    """One request, from another state each."""
    told = {
        "request_id": name,
        "source": "bench",
        "external_id": name,
        "jurisdiction": STATES[number % len(STATES)],
        "topic": "family engagement",
        "need": NEED,
        "logged_on": now.date(),
    }
    return say(TaRequestLogged.model_validate(told), now)


def requests(prefix: str, count: int, now: datetime) -> Iterator[Fact]:
    """So many requests under names of their own."""
    for number in range(count):
        yield request(f"{prefix}-{number:07}", number, now)


def letters(facts: Iterator[Fact]) -> list[Letter]:
    """Facts as their speaker would publish them."""
    return [Letter(number, fact.id, fact.event.subject, wire.encode(fact)) for number, fact in enumerate(facts)]
