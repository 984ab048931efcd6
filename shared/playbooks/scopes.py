"""The table of all that rules can speak of; model, planner, JSON Schema and docs read it, and nothing repeats it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from shared.events.base import AnyRole, Level
from shared.events.intake import About
from shared.events.sessions import Barrier
from shared.playbooks.words import Attribute, Moment, Scope, UnknownWord, by_name, did_you_mean

NOT_REPORTED = "open"
"""The status of a step of which nobody has told anything yet."""

_OF_THE_SESSIONS = (
    Moment("first_session", "the first session is held", late=True),
    Moment("half_of_sessions", "half of the planned sessions have been held", late=True),
    Moment("last_session", "the last session is held", late=True),
    Moment("closed", "the engagement closes", implies=("last_session",), late=True),
)
_FOR_WHAT = (
    ("invite", "to invite a state"),
    ("connect", "to connect two states"),
    ("speaker", "of a speaker"),
    ("materials", "of materials"),
)
_NEVER_LEFT = "a team that left is no item any more"

_ENGAGEMENT = Scope(
    "engagement",
    "the engagement",
    by_name(Moment("opened", "the engagement is opened", always=True), *_OF_THE_SESSIONS),
    by_name(
        Attribute("model", "text", "the playbook that it runs by"),
        Attribute("topic", "text", "what it is about"),
        Attribute("center", "text", "the TA center that runs it"),
        Attribute("sessions_planned", "number", "how many sessions are planned, by itself or by its playbook", least=1),
        Attribute("sessions_held", "number", "how many sessions have been held"),
        Attribute("teams", "number", "how many teams take part; those that left are not counted"),
        Attribute("goals", "number", "how many goals are declared"),
    ),
)
_SESSION = Scope(
    "session",
    "each session",
    by_name(
        Moment("start", "each session starts"),
        Moment("held", "each session is held", implies=("start",), late=True),
        Moment("cancelled", "a session is cancelled", late=True),
    ),
    by_name(
        Attribute("number", "number", "its number, from 1", least=1),
        Attribute("topic", "text", "its topic"),
        Attribute("minutes", "number", "how long it was planned to last", least=1),
        Attribute("mode", "choice", "how people meet", ("virtual", "in_person")),
        Attribute("gap_days", "number", "days since the session before it; nothing for the first"),
    ),
    ("engagement",),
)
_TEAM = Scope(
    "team",
    "each team",
    by_name(
        Moment("formed", "each team is formed", always=True),
        Moment("signed_off", "the team's leadership signs off", shows=(("is_signed_off", True),), late=True),
        Moment("left", "the team leaves", never=_NEVER_LEFT, late=True),
        *_OF_THE_SESSIONS,
        Moment("plan_submitted", "the team submits its plan", late=True),
        Moment("plan_accepted", "the team's plan is accepted", implies=("plan_submitted",), late=True),
        Moment("plan_rejected", "the team's plan is rejected", implies=("plan_submitted",), late=True),
        Moment("sign_off_due", "the team's leadership has to have signed off"),
        Moment("role_missing", "a role that the model wants is missing in the team", late=True),
        Moment("lead_missing", "the team has no lead any more", shows=(("has_lead", False),), late=True),
        Moment("contractor_led", "a state contractor leads the team", shows=(("contractor_led", True),), late=True),
        Moment("missed_two", "the team misses a second session in a row", late=True),
    ),
    by_name(
        Attribute("jurisdiction", "jurisdiction", "its state, territory or Tribe, as a code"),
        Attribute("cohort", "text", "the cohort that it learns in"),
        Attribute("size", "number", "how many members it has", counts=("person", "people")),
        Attribute("has_lead_agency", "flag", "whether a member is of the lead agency"),
        Attribute("is_signed_off", "flag", "whether its leadership signed off", shows=((True, "signed_off"),)),
        Attribute("attended", "number", "how many sessions it was present at"),
        Attribute("missed", "number", "how many sessions it was absent from"),
        Attribute(
            "plan_accepted",
            "flag",
            "whether the last word on its current plan is acceptance",
            shows=((True, "plan_accepted"), (True, "plan_submitted")),
        ),
        Attribute("has_lead", "flag", "whether its lead is still there", shows=((False, "lead_missing"),)),
        Attribute(
            "contractor_led",
            "flag",
            "whether its lead is there for a state contractor only",
            shows=((True, "contractor_led"),),
        ),
        Attribute("missing_roles", "text", "the roles that the model wants and nobody has"),
        Attribute("missed_in_a_row", "number", "how many of the latest sessions it missed, one after the other"),
        Attribute("at_risk", "flag", "whether something puts its plan at risk"),
    ),
    ("engagement",),
)
_ATTENDANCE = Scope(
    "attendance",
    "each team at each held session",
    by_name(Moment("held", "each session is held, for each team", always=True, late=True)),
    by_name(
        Attribute("present", "flag", "whether anybody of the team was there"),
        Attribute("lead_present", "flag", "whether its lead of that day was there"),
    ),
    ("session", "team", "engagement"),
)
_HOMEWORK = Scope(
    "homework",
    "each homework of each team",
    by_name(
        Moment("assigned", "homework is assigned, for each team", always=True),
        Moment("due", "the homework is due, for each team", always=True),
        Moment("handed_in", "a team hands in its homework", late=True),
    ),
    by_name(),
    ("team", "engagement"),
)
_PLAN = Scope(
    "plan",
    "each action plan",
    by_name(
        Moment("submitted", "a plan is submitted", always=True),
        Moment("accepted", "a plan is accepted", late=True),
        Moment("rejected", "a plan is rejected", late=True),
    ),
    by_name(
        Attribute("steps_open", "number", "how many of its steps are neither done nor dropped"),
        Attribute("accepted", "flag", "whether the last word on it is acceptance", shows=((True, "accepted"),)),
        Attribute("rejected", "flag", "whether the last word on it is rejection", shows=((True, "rejected"),)),
    ),
    ("team", "engagement"),
)
_STEP = Scope(
    "step",
    "each step of each plan",
    by_name(
        Moment("due", "a step of a plan is due"),
        Moment("reported", "a step is reported on", late=True),
        Moment("done", "a step is done", implies=("reported",), shows=(("status", "done"),), late=True),
    ),
    by_name(
        Attribute(
            "status",
            "choice",
            f"how it stood when last reported; {NOT_REPORTED} before that",
            (NOT_REPORTED, "under_way", "done", "blocked", "dropped"),
            shows=(("done", "done"), ("done", "reported")),
        ),
        Attribute("barrier", "choice", "what stood in its way when last reported", get_args(Barrier)),
    ),
    ("plan", "team", "engagement"),
)
_APPROVAL = Scope(
    "approval",
    "each approval asked for",
    by_name(
        Moment("asked", "an approval is asked for", always=True),
        Moment("answered", "an approval is answered", late=True),
    ),
    by_name(
        Attribute("about", "choice", "what the approval is about", get_args(About), spoken=_FOR_WHAT),
        Attribute("region", "number", "the regional office that is asked", least=1, most=10),
    ),
    ("engagement",),
)
_GOAL = Scope(
    "goal",
    "each goal",
    by_name(
        Moment("declared", "a goal is declared", always=True),
        Moment("by", "a goal is to be reached"),
        Moment("assessed", "a goal is assessed", late=True),
    ),
    by_name(
        Attribute("level", "choice", "the level of the change", get_args(Level)),
        Attribute("statement", "text", "what should change, in the words of whoever declared it", longest=120),
    ),
    ("engagement",),
)
_VACANCY = Scope(
    "vacancy",
    "each role that somebody gave up",
    by_name(
        Moment("vacated", "somebody gives up a role", always=True, late=True),
        Moment("filled", "the role that somebody gave up is filled", late=True),
    ),
    by_name(
        Attribute("role", "choice", "the role", get_args(AnyRole)),
        Attribute("of_team", "flag", "whether it is a role in a team; else it is one of the engagement"),
    ),
    ("team", "engagement"),
)
_REQUEST = Scope(
    "request",
    "each TA request",
    by_name(
        Moment("logged", "a request is logged", always=True),
        Moment("answered", "a request is answered", late=True),
    ),
    by_name(
        Attribute("topic", "text", "what the agency asks about"),
        Attribute("jurisdiction", "jurisdiction", "who asks, as a code"),
        Attribute("source", "text", "the tracker that the request comes from"),
    ),
)
_PEERS = Scope(
    "peers",
    "each pair of peers: a team, and the jurisdiction that can help it with one need",
    by_name(
        Moment("suggested", "peers are suggested", late=True),
        Moment("connected", "peers are introduced to one another", late=True),
    ),
    by_name(
        Attribute("to_jurisdiction", "jurisdiction", "who can help, as a code"),
        Attribute("need", "text", "what the team needs help with"),
    ),
    ("team", "engagement"),
)
_DEMAND = Scope(
    "demand",
    "each topic in demand, and each time it grows",
    by_name(Moment("noticed", "a topic comes into demand", always=True, late=True)),
    by_name(
        Attribute("topic", "text", "what they ask about, as a slug"),
        Attribute("jurisdictions", "number", "how many ask", least=1),
    ),
)
SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        scope.name: scope
        for scope in (
            _ENGAGEMENT, _SESSION, _TEAM, _ATTENDANCE, _HOMEWORK, _PLAN, _STEP, _APPROVAL, _GOAL, _VACANCY,
            _REQUEST, _PEERS, _DEMAND,
        )
    }
)  # fmt: skip


def resolve(scope: Scope, name: str) -> tuple[str, Attribute]:
    """The full name (`team.size`) and meaning of an attribute as a rule on this scope writes it."""
    owner, _, bare = name.rpartition(".")
    speaker = SCOPES.get(owner or scope.name)
    if speaker is not None and (speaker is scope or speaker.name in scope.around) and bare in speaker.attributes:
        return f"{speaker.name}.{bare}", speaker.attributes[bare]
    known = names(scope)
    guess = next((full for full in known if full.endswith(f".{name}")), None)
    hint = f", did you mean {guess}?" if guess else did_you_mean(name, known)
    raise UnknownWord(f"{scope.name} has no attribute {name!r}{hint or '; it has ' + ', '.join(known)}")


def moment(scope: Scope, name: str) -> Moment:
    """The moment of this name; UnknownWord where the scope has none."""
    if name not in scope.moments:
        hint = did_you_mean(name, scope.moments) or f"; it has {', '.join(scope.moments)}"
        raise UnknownWord(f"{scope.name} has no moment {name!r}{hint}")
    return scope.moments[name]


def names(scope: Scope) -> tuple[str, ...]:
    """All attributes that a rule on this scope can speak of: its own bare, those around it dotted."""
    around = (f"{other}.{name}" for other in scope.around for name in SCOPES[other].attributes)
    return (*scope.attributes, *around)
