"""Requests that a desk answers within three days, told in a line each."""

from shared.events.base import Fact
from tests.support.saying import said
from tests.support.services import published

DESK = """
playbook: desk
version: 1
title: Desk
calendar: {at: "09:00", roll: next}
rules:
- {name: answer, each: request, task: Answer, to: facilitator, due: {wait: 3 days, after: logged}, done_by: answered}
"""
PUBLISHED = published(DESK, name="desk")


def logged(number: int, need: str = "help") -> Fact:
    return said("ta_request_logged", request_id=f"r{number}", external_id=f"{number}", need=need)
