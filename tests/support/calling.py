"""An engagement in which one of each team is called: the round is open, and somebody was called in vain."""

from datetime import date, timedelta

from tests.support.up import Up

CALLING = """
playbook: calling
version: 1
title: Calling
rules:
- {name: calls, each: engagement, evaluation: later, instrument: mid-interview, ask: sample,
   due: {wait: 1 day, after: opened}}
"""
CALLED = "cal-2027/calls/cal-2027/1"


def draw(up: Up, today: date) -> None:
    """Let one of each team be called."""
    mine = {"engagement_id": "cal-2027"}
    up.post("/playbooks", document=CALLING)
    up.post(
        "/engagements", **mine, title="What families hear of quality", playbook="calling", center="NCASE",
        topic="quality", opened_on=f"{today - timedelta(days=9)}", time_zone="America/New_York",
        people={"facilitator": "p-rivera", "evaluator": "p-okafor", "supervisor": "p-lindqvist"},
    )  # fmt: skip
    for place in ("KY", "OH"):
        lead = {"person_id": f"p-{place.lower()}-1", "role": "lead_agency"}
        team = {"team_id": place.lower(), "jurisdiction": place, "lead": lead["person_id"], "members": [lead]}
        up.post("/teams", **mine, **team, formed_on=f"{today - timedelta(days=8)}")
    up.until(lambda: any(one["round_id"] == CALLED for one in up.get("/rounds", state="due")["items"]))
    # A team that evaluation has not heard of yet has nobody who is drawn.
    up.until(lambda: up.get("/reports/engagement/cal-2027")["figures"]["teams"] == 2)
    up.post("/rounds/links", round_id=CALLED)
    up.post("/rounds/not-reached", round_id=CALLED, person_id="p-ky-1")
