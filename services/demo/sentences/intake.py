"""What intake says, in plain words: requests, engagements, approvals, applications, teams, roles, peers."""

from datetime import date

from services.demo.known import Known, listed, plural
from services.demo.sentences.saying import Saying, alone
from shared.events import intake as said
from shared.events.base import Event

ANSWERED = {
    "engagement": "by an engagement",
    "one_on_one": "by a call of its own",
    "peer_to_peer": "by another state",
    "resource": "with a resource",
    "declined": "with a no",
}
ABOUT = {
    "invite": "to invite {} states",
    "connect": "to connect two states",
    "speaker": "of a speaker",
    "materials": "of materials",
}
GRANTED = {"invite": "the invitation", "connect": "the introduction", "speaker": "the speaker"}


def tell(event: Event, known: Known, on: date) -> Saying | None:
    """The sentence for an event of intake, if it is one of these."""
    match event:
        case said.PlaybookPublished():
            name = event.playbook
            return Saying(
                "The playbook ", name, " comes into force.", of_several=("The playbooks ", " come into force.")
            )
        case said.TaRequestLogged():
            return alone(f'{known.place(event.jurisdiction)} asks for help. "{event.need}"')
        case said.OfConsent():
            return _consent(event, known)
        case said.TaRequestWithdrawn():
            return alone(f"{_asker(event.request_id, known)} does not ask any more: {event.reason}")
        case said.TaRequestAnswered():
            how = f" {ANSWERED[event.how]}."
            who = _asker(event.request_id, known)
            return Saying("The request of ", who, " is answered" + how, ("The requests of ", " are answered" + how))
        case said.TopicInDemand():
            return alone(f"{listed([known.place(code) for code in event.jurisdictions])} ask about one topic.")
        case _:
            kinds = (_engagement, _approval, _team, _role)
            return next((saying for words in kinds if (saying := words(event, known))), None)


def _engagement(event: Event, known: Known) -> Saying | None:
    match event:
        case said.EngagementOpened():
            size = plural(event.planned_sessions, "session") if event.planned_sessions else "sessions to come"
            goals = plural(len(event.goals), "goal")
            return alone(f'{event.center} opens an engagement: "{event.title}", {size}, {goals}.')
        case said.EngagementChanged() if event.people is not None:
            return alone(f"From today the facilitator of record is {event.people.facilitator}.")
        case said.EngagementChanged():
            told = event.model_fields_set - {"engagement_id", "revision", "changed_on"}
            return alone(f"The engagement changes: {', '.join(sorted(told)).replace('_', ' ')}.")
        case said.EngagementClosed():
            ended = "is completed" if event.reason == "completed" else "stops"
            return alone(f"The engagement {ended}. What is left is following up, until the window closes.")
        case said.PeersSuggested():
            who, whom = known.team(event.from_team), known.place(event.to_jurisdiction)
            return alone(f"{whom} might help {who} with {event.need}.")
        case said.PeersConnected():
            who, whom = known.team(event.from_team), known.place(event.to_jurisdiction)
            return alone(f"{who} is introduced to {whom}, which can help with {event.need}.")
    return None


def _approval(event: Event, known: Known) -> Saying | None:
    match event:
        case said.ApprovalRequested():
            about = ABOUT[event.about]
            one, many = f" for approval {about.format('its')}.", f" for approval {about.format('their')}."
            who = f"{known.center} asks region"
            return Saying(f"{who} ", str(event.region or "?"), one, (f"{who}s ", many))
        case said.ApprovalAnswered():
            asked = known.approvals.get(event.approval_id)
            about = GRANTED.get(asked.about, f"the {asked.about}") if asked else event.approval_id
            verb = "approve" if event.answer == "granted" else "decline"
            region = str(asked.region) if asked and asked.region else "?"
            return Saying("Region ", region, f" {verb}s {about}.", ("Regions ", f" {verb} {about}."))
    return None


def _team(event: Event, known: Known) -> Saying | None:
    match event:
        case said.ApplicationReceived():
            wishes = f" It needs {listed(list(event.needs))}" if event.needs else ""
            gifts = f" and offers {listed(list(event.offers))}" if event.offers else ""
            applies = f"{known.place(event.jurisdiction)} applies to take part ({event.stage})."
            return alone(f"{applies}{wishes}{gifts}." if wishes else applies)
        case said.CohortAssigned():
            places = [known.place(code) for code in event.jurisdictions]
            return alone(f"Cohort {event.cohort}: {listed(places) if places else 'nobody knows who'}.")
        case said.TeamFormed():
            lacks = "" if _has_lead_agency(event) else ", nobody from the lead agency among them"
            who = plural(len(event.members), "person", "people")
            return alone(f"{known.place(event.jurisdiction)} forms its team: {who}{lacks}.")
        case said.TeamChanged():
            return alone(_changed(event, known))
        case said.LeadershipSignedOff():
            who = f"The {_spelled(event.role)} of "
            return Saying(who, known.team(event.team_id), " signs off its team.", (who, " sign off their teams."))
        case said.TeamLeft():
            return alone(f"{known.team(event.team_id)} takes part no more: {event.reason}")
    return None


def _consent(event: said.OfConsent, known: Known) -> Saying:
    who = known.team(event.team_id) if event.team_id else "A person"
    about = f" for {event.about}" if event.about else ""
    may = "may be contacted" if isinstance(event, said.ContactConsented) else "does not want to be contacted"
    return alone(f"{who} {may}{about}.")


def _role(event: Event, known: Known) -> Saying | None:
    if not isinstance(event, said.RoleVacated | said.RoleFilled):
        return None
    role, leaves = _spelled(event.role), isinstance(event, said.RoleVacated)
    if event.team_id:
        told = (
            f"loses the person who spoke for its {role}" if leaves else f"has somebody again who speaks for its {role}"
        )
        return alone(f"{known.team(event.team_id)} {told}.")
    if leaves:
        return alone(f"The {role} leaves ({event.person_id}). What the role owes stays owed.")
    return alone(f"A new {role} begins ({event.person_id}), and owes what the role owes.")


def _asker(request_id: str, known: Known) -> str:
    request = known.requests.get(request_id)
    return known.place(request.jurisdiction) if request else request_id


def _has_lead_agency(team: said.TeamFormed | said.TeamChanged | None) -> bool:
    return team is not None and any(member.role == "lead_agency" for member in team.members)


def _changed(event: said.TeamChanged, known: Known) -> str:
    before = known.teams.get(event.team_id)
    place, who = known.place(event.jurisdiction), plural(len(event.members), "person", "people")
    if _has_lead_agency(event) and before and not _has_lead_agency(before):
        return f"{place}'s lead agency joins its team, now {who}."
    if before and before.lead != event.lead:
        return f"{place}'s team has a new lead; it is {who} now."
    return f"{place}'s team changes; it is {who} now."


def _spelled(role: str) -> str:
    return role.replace("_", " ")
