"""One fact of each kind, in the words of NCASE's Peer Learning Community, to see what facts look like.

Every optional field is there. A field that means the same everywhere has its words in WORDS; what only one event says
so is in TOLD, under the event's short name.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.events.base import NO_ENGAGEMENT, Event, Fact
from shared.events.catalogue import short

ENGAGEMENT = "ncase-ost-2017"
AFTERNOON = time(16, 30, tzinfo=ZoneInfo("America/New_York"))
BEFORE_LAUNCH = datetime(2017, 10, 16, 9, 0, tzinfo=UTC)
"""When facts were said that do not tell when they happened, and rest on no other."""
TASK = f"{ENGAGEMENT}/ask-for-plan/team-nh/1"
ROUND = f"{ENGAGEMENT}/end/{ENGAGEMENT}/1"
HELD = "1f3870be-274f-56c4-9b3e-31a0c6728957"

PEOPLE = {"facilitator": "p-facilitator-1", "evaluator": "p-evaluator-1", "supervisor": "p-supervisor-1"}
GOALS = [
    {
        "goal_id": "goal-plan",
        "level": "plan",
        "statement": "Each team creates an action plan on its workforce objectives.",
        "by": "2018-04-30",
        "indicator": "six plans, accepted by the lead agencies",
    }
]
MEMBERS = [
    {"person_id": "p-nh-1", "role": "lead_agency", "organisation": "State CCDF Lead Agency"},
    {"person_id": "p-nh-2", "role": "network", "organisation": "School-age Network"},
    {"person_id": "p-nh-3", "role": "licensing", "organisation": "State Licensing Agency"},
]
STEPS = [
    {
        "step_id": "s1",
        "text": "Invite the state's training providers to agree on one set of core competencies.",
        "owner_role": "lead_agency",
        "due_on": "2018-06-29",
    }
]
DOCUMENT = "playbook: reminders\nversion: 1\ntitle: Reminders only\nrules: []\n"

WORDS: Mapping[str, Any] = {
    "revision": 0,
    "playbook": "peer-learning-community",
    "request_id": "ncase-2017-0044",
    "external_id": "TA-2017-0044",
    "jurisdiction": "NH",
    "topic": "out-of-school-time-workforce",
    "title": "Strengthening, Supporting, and Sustaining the Out-of-School Time Workforce",
    "center": "NCASE",
    "opened_on": "2017-10-16",
    "time_zone": "America/New_York",
    "people": PEOPLE,
    "playbook_version": 2,
    "planned_sessions": 5,
    "planned_close": "2018-03-31",
    "goals": GOALS,
    "jurisdictions": ["DE", "FL", "IN", "NH", "NY", "WI"],
    "changed_on": "2018-02-15",
    "approval_id": "invite-region-1",
    "cohort": "new to the topic",
    "team_id": "team-nh",
    "lead": "p-nh-2",
    "members": MEMBERS,
    "role": "lead_agency",
    "person_id": "p-facilitator-1",
    "from_team": "team-in",
    "to_jurisdiction": "WI",
    "need": "How to carry a registry's career levels over to school-age staff.",
    "session_id": f"{ENGAGEMENT}-s4",
    "minutes": 120,
    "homework_id": f"{ENGAGEMENT}-h1",
    "plan_id": "plan-nh",
    "task_id": TASK,
    "n": 0,
    "rule": "ask-for-plan",
    "to": "facilitator",
    "due_at": "2018-03-27T09:00:00-04:00",
    "was": "2018-03-20T09:00:00-04:00",
    "because": HELD,
    "round_id": ROUND,
    "kind": "end",
    "instrument": "end-survey",
    "closes_at": "2018-03-28T09:00:00-04:00",
    "invited": 17,
    "goal_id": "goal-plan",
    "fact_id": "0b6a1c7e-5f7b-5d0e-9a55-7f3f6f0f8a11",
}

OF_TASK = {"title": "Ask NH for its action plan"}
OF_ROUND = {
    "title": "Ask the members how the engagement went",
    "rule": "end",
    "to": "evaluator",
    "due_at": "2018-03-14T09:00:00-04:00",
    "was": "2018-03-07T09:00:00-05:00",
}

TOLD: Mapping[str, Mapping[str, Any]] = {
    "playbook_published": {
        "playbook": "reminders",
        "version": 1,
        "document": DOCUMENT,
        "digest": "sha256:8c688cad876e41e0f990c61d2cd023e4ffeb9f86504a6ce8f7a2963fadc0b9d9",
    },
    "ta_request_logged": {
        "source": "ncase",
        "need": "How to give the staff of after-school programs a career path of their own.",
        "logged_on": "2017-09-19",
        "follows": "ncase-ost-2016",
    },
    "ta_request_withdrawn": {"reason": "The state found a consultant of its own."},
    "ta_request_answered": {"answered_on": "2017-10-16", "how": "engagement"},
    "topic_in_demand": {"request_ids": ["ncase-2017-0041", "ncase-2017-0044"], "since": "2017-09-19"},
    "engagement_opened": {"answers": ["ncase-2017-0041", "ncase-2017-0044"]},
    "engagement_changed": {
        "people": {**PEOPLE, "facilitator": "p-facilitator-2"},
        "answers": ["ncase-2017-0041", "ncase-2017-0044"],
    },
    "engagement_closed": {"closed_on": "2018-03-31", "reason": "completed"},
    "approval_requested": {"about": "invite", "region": 1, "asked_on": "2017-10-17"},
    "approval_answered": {"answered_on": "2017-10-26", "answer": "granted"},
    "application_received": {
        "application_id": "application-nh",
        "stage": "exploring",
        "needs": ["a credential for school-age staff"],
        "offers": ["licensing rules that name school-age care"],
        "received_on": "2017-10-27",
    },
    "cohort_assigned": {"jurisdictions": ["NH", "DE"], "why": "Both begin without a registry of school-age staff."},
    "team_formed": {"formed_on": "2017-11-03"},
    "leadership_signed_off": {"signed_on": "2017-11-06"},
    "team_left": {"left_on": "2018-01-31", "reason": "The state's legislature called its staff away."},
    "role_vacated": {"role": "facilitator", "on": "2018-02-15"},
    "role_filled": {"role": "facilitator", "person_id": "p-facilitator-2", "on": "2018-02-15"},
    "peers_suggested": {"score": 0.82},
    "peers_connected": {"connected_on": "2018-05-10"},
    "session_scheduled": {
        "number": 4,
        "topic": "Partnerships and strategies",
        "starts_at": "2018-02-13T14:00:00-05:00",
        "mode": "virtual",
    },
    "session_cancelled": {"cancelled_on": "2018-02-09", "reason": "The region has not approved the speaker."},
    "session_held": {
        "held_at": "2018-02-13T14:00:00-05:00",
        "attendance": {"team-nh": ["p-nh-1", "p-nh-2"], "team-wi": ["p-wi-1"]},
        "resources": ["Slides: partnerships and strategies", "https://example.org/partnerships"],
    },
    "homework_assigned": {
        "due_on": "2018-02-27",
        "text": "Write down who in your state trains school-age staff, and who pays for it.",
    },
    "homework_handed_in": {"handed_in_on": "2018-02-26"},
    "action_plan_submitted": {"submitted_on": "2018-03-26", "steps": STEPS},
    "action_plan_accepted": {"on": "2018-04-09", "reason": "The budget has a line for it."},
    "action_plan_rejected": {"on": "2018-04-09", "reason": "Nobody of the lead agency was on the team."},
    "action_step_reported": {
        "step_id": "s1",
        "status": "blocked",
        "barrier": "turnover",
        "reported_on": "2018-06-29",
    },
    "follow_up_scheduled": OF_TASK,
    "follow_up_moved": {**OF_TASK, "n": 1},
    "follow_up_withdrawn": {**OF_TASK, "n": 2, "reason": "The team left."},
    "follow_up_fell_due": {**OF_TASK, "n": 2, "contact": "offer"},
    "follow_up_lapsed": {**OF_TASK, "n": 3, "reason": "The window closed."},
    "follow_up_done": {"n": 3, "on": "2018-03-29", "note": "By telephone; it comes next week."},
    "follow_up_skipped": {"n": 3, "on": "2018-03-29", "reason": "The team has sent a draft."},
    "follow_up_snoozed": {"n": 3, "on": "2018-03-27", "until": "2018-04-03", "note": "The lead is on leave"},
    "follow_up_handed_over": {"n": 3, "on": "2018-03-27", "to": "supervisor", "note": "She knows the administrator."},
    "follow_up_escalated": {"n": 3, "on": "2018-04-10", "to": "supervisor"},
    "contact_suppressed": {
        "n": 3,
        "rule": "cap",
        "reason": "NH has had 2 contacts in 1 month, and the policy allows 2",
        "used_up_by": [f"{ENGAGEMENT}/offer-follow-up/team-nh/1", "other-2018/ask-for-homework/h1@team-nh/1"],
        "left_out": ["team-nh"],
        "letter": "invitation",
    },
    "contact_declined": {"about": "interview", "on": "2018-04-16", "note": "They answer surveys, and want no calls."},
    "contact_consented": {"about": "interview", "on": "2018-05-02", "note": "By e-mail to the facilitator."},
    "reminder_sent": {"n": 3, "channel": "email"},
    "evaluation_scheduled": OF_ROUND,
    "evaluation_moved": {**OF_ROUND, "n": 1},
    "evaluation_withdrawn": {**OF_ROUND, "n": 2, "reason": "The engagement was stopped."},
    "evaluation_opened": {**OF_ROUND, "n": 2, "sampled": 6, "contact": "evaluation", "team_id": "team-ky"},
    "evaluation_lapsed": {**OF_ROUND, "n": 2, "reason": "The engagement closed a year ago."},
    "evaluation_closed": {**OF_ROUND, "n": 3, "answered": 15, "on": "2018-03-28"},
    "evaluation_answered": {
        "answer_id": "answer-07",
        "answers": {
            "will-carry-on": True,
            "usefulness": 4,
            "what-helped": "To hear how Wisconsin does it.",
            "other": None,
        },
    },
    "outcome_recorded": {
        "outcome_id": "outcome-1",
        "level": "plan",
        "statement": "New Hampshire's team submitted an action plan.",
        "evidence": "the plan",
        "seen_on": "2018-04-04",
        "source": "report",
    },
    "outcome_proposed": {
        "outcome_id": "watch-d84ae2b0-6d24-5c85-a5d6-c5d3a28bd1e5",
        "level": "network",
        "statement": "NH takes part in another engagement: ncase-quality-2019",
        "seen_on": "2019-02-11",
    },
    "outcome_dismissed": {
        "outcome_id": "watch-d84ae2b0-6d24-5c85-a5d6-c5d3a28bd1e5",
        "reason": "Another division of the agency; it knew nothing of the first one.",
        "person_id": "p-evaluator-1",
        "on": "2019-02-18",
    },
    "goal_assessed": {"verdict": "partly", "on": "2018-04-09", "outcomes": ["outcome-1"]},
    "fact_retracted": {"reason": "Filed under the wrong state."},
}


def example(kind: type[Event]) -> Fact:
    """A fact of this kind, with all of its fields."""
    told = TOLD.get(short(kind.type), {})
    engagement = NO_ENGAGEMENT if kind.outside else ENGAGEMENT
    words = {**WORDS, "engagement_id": engagement, **told}
    event = kind.model_validate({name: words[name] for name in kind.model_fields})
    happened = _moment(getattr(event, kind.happened)) if kind.happened else None
    because = getattr(event, "because", None)
    recorded = (happened or _moment(getattr(event, "due_at", BEFORE_LAUNCH))).astimezone(UTC) + timedelta(minutes=5)
    return Fact(event.derived_id, event, happened or recorded, recorded, because)


def _moment(told: date) -> datetime:
    """A day's facts happen in the afternoon."""
    return told if isinstance(told, datetime) else datetime.combine(told, AFTERNOON)
