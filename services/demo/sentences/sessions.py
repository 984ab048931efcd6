"""What sessions says, in plain words: meetings and who came, homework, plans and their steps."""

from datetime import date

from services.demo.known import Known, listed, plural, written
from services.demo.sentences.saying import Saying, alone
from shared.events import sessions as said
from shared.events.base import Event

STATUS = {"under_way": "is under way", "done": "is done", "dropped": "is dropped"}
BARRIER = {"conflicting_policy": "policies that conflict"}


def tell(event: Event, known: Known, on: date) -> Saying | None:
    """The sentence for an event of sessions, if it is one of these."""
    match event:
        case said.SessionScheduled():
            return _scheduled(event, known, on)
        case said.SessionCancelled():
            session = known.meetings.get(event.session_id)
            when = f" on {written(known.day(session.starts_at), on)}" if session else ""
            name = known.session(event.session_id).capitalize()
            return alone(f"{name}{when} is cancelled: {_sentence(event.reason)}")
        case said.SessionHeld():
            return alone(_held(event, known))
        case said.HomeworkAssigned():
            return alone(_homework(event, known, on))
        case said.HomeworkHandedIn():
            what = known.of_homework(event.homework_id)
            team = known.team(event.team_id)
            return Saying("", team, f" hands in its {what}.", ("", f" hand in their {what}."))
        case _:
            return _plan(event, known)


def _scheduled(event: said.SessionScheduled, known: Known, on: date) -> Saying:
    before, when = known.meetings.get(event.session_id), written(known.day(event.starts_at), on)
    if before and before.starts_at != event.starts_at:
        was = written(known.day(before.starts_at), on)
        return alone(f"Session {event.number} is moved from {was} to {when}.")
    if before:
        return alone(f"Session {event.number} is told again: {when}, {event.topic}.")
    if event.number in known.cancelled:
        return alone(f"Session {event.number} is scheduled again: {when}.")
    subject = f"{event.number} ({when}, {event.topic})"
    return Saying("Session ", subject, " is scheduled.", ("Sessions ", " are scheduled."))


def _held(event: said.SessionHeld, known: Known) -> str:
    people = plural(len({person for who in event.attendance.values() for person in who}), "person", "people")
    missing = [known.team(team) for team in known.teams if team not in event.attendance]
    name = known.session(event.session_id).capitalize()
    if not missing:
        return f"{name} is held. All {len(event.attendance)} teams come, {people}."
    came = [known.team(team) for team in event.attendance]
    if len(missing) > len(came):
        return f"{name} is held. Only {listed(came)} come, {people}."
    return f"{name} is held with {plural(len(came), 'team')} and {people}. {listed(missing)} misses it."


def _homework(event: said.HomeworkAssigned, known: Known, on: date) -> str:
    before, until = known.homework.get(event.homework_id), written(event.due_on, on)
    session = known.session(event.session_id)
    if before and before.due_on != event.due_on:
        return f"The homework after {session} is now due on {until} instead of {written(before.due_on, on)}."
    return f'Homework after {session}, until {until}: "{event.text}"'


def _plan(event: Event, known: Known) -> Saying | None:
    match event:
        case said.ActionPlanSubmitted():
            steps = f" of {plural(len(event.steps), 'step')}" if event.steps else ""
            return alone(f"{known.team(event.team_id)} hands in its action plan{steps}.")
        case said.ActionPlanAccepted():
            return alone(f"The {_role(event.role)} of {known.team(event.team_id)} accepts the plan.")
        case said.ActionPlanRejected():
            why = f": {_sentence(event.reason)}" if event.reason else "."
            return alone(f"The {_role(event.role)} of {known.team(event.team_id)} rejects the plan{why}")
        case said.ActionStepReported():
            return alone(_step(event, known))
    return None


def _step(event: said.ActionStepReported, known: Known) -> str:
    told = f"{known.of_plan(event.plan_id)} reports that a step"
    barrier = BARRIER.get(event.barrier or "", event.barrier or "something")
    status = f"is blocked by {barrier}" if event.status == "blocked" else STATUS[event.status]
    return f'{told} {status}: "{known.step(event.plan_id, event.step_id)}."'


def _role(role: str) -> str:
    return role.replace("_", " ")


def _sentence(reason: str) -> str:
    """A reason that somebody typed, as the end of a sentence."""
    return reason if reason.endswith((".", "!", "?")) else f"{reason}."
