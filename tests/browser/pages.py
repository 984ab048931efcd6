"""The pages that are looked at, by tests and for the screenshots: add yours here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sight:
    """A page in one of its states."""

    name: str
    path: str
    opens: str = ""
    """What is clicked first, by its selector: a menu, a form that unfolds."""

    def __str__(self) -> str:
        return self.name


LOOKED_BACK = "/app/engagements/lic-2026"
CALLS = "/app/engagements/cal-2027/rounds"
CALLED = "round_id=cal-2027/calls/cal-2027/1"
WHAT_IF = "/app/playbooks/peer-learning-community/what-if"
CHANGED = "change1=rules.ask-for-sign-off.due.wait&to1=2+weeks&change2=window.wait&to2=3+months&start=2027-01-11"
SIGHTS = (
    Sight("inbox", "/app/inbox"),
    Sight("inbox-more", "/app/inbox", ".tl-task .tl-unfolds"),
    Sight("inbox-ticked", "/app/inbox", ".tl-group .usa-checkbox__label"),
    Sight("inbox-later", "/app/inbox?when=later"),
    Sight("inbox-nothing", "/app/inbox?to=nobody"),
    Sight("engagements", "/app/engagements"),
    Sight("engagements-none", "/app/engagements?state=closed"),
    Sight("evaluations", "/app/evaluations"),
    Sight("evaluations-none", "/app/evaluations?kind=goal"),
    Sight("data", "/app/data", ".tl-table .tl-more > summary"),
    Sight("outcomes", f"{LOOKED_BACK}/outcomes"),
    Sight("outcomes-dismissing", f"{LOOKED_BACK}/outcomes", ".tl-card .tl-more > summary"),
    Sight("outcomes-none", "/app/engagements/wf-2027/outcomes"),
    Sight("outcome-new", f"{LOOKED_BACK}/outcomes/new"),
    Sight("outcome-confirm", f"{LOOKED_BACK}/outcomes", ".tl-card .tl-fields a.usa-button"),
    Sight("goal-judge", f"{LOOKED_BACK}/goals/g1/judge"),
    Sight("calls", f"{CALLS}/calls?{CALLED}", ".tl-more > summary"),
    Sight("call", f"{CALLS}/call?{CALLED}&person_id=p-ky-1"),
    Sight("call-refused", f"{CALLS}/call?{CALLED}&person_id=p-ky-1", "button[value=keep]"),
    Sight("answer-no-form", "/app/answer/nothing"),
    Sight("engagement", "/app/engagements/ost-2027"),
    Sight("engagement-fresh", "/app/engagements/wf-2027"),
    Sight("engagement-one-lane", "/app/engagements/ost-2027?lane=approvals"),
    Sight("task-why", "/app/engagements/ost-2027?lane=tasks", ".tl-entry-title a"),
    Sight("reports", "/app/reports"),
    Sight("reports-by-jurisdiction", "/app/reports/jurisdiction"),
    Sight("report", f"/app/reports/engagement/{LOOKED_BACK.rpartition('/')[2]}"),
    Sight("contacts", "/app/contacts"),
    Sight("contacts-chosen", "/app/contacts?engagement=ost-2027"),
    Sight("contacts-none", "/app/contacts?jurisdiction=AK"),
    Sight("handovers", "/app/handovers"),
    Sight("handovers-chosen", "/app/handovers?engagement=ost-2027"),
    Sight("handover", "/app/engagements/ost-2027/handover"),
    Sight("topics", "/app/topics"),
    Sight("requests", "/app/requests"),
    Sight("requests-none", "/app/requests?state=withdrawn"),
    Sight("request", "/app/requests/ncase-17"),
    Sight("request-new", "/app/requests/new"),
    Sight("requests-import", "/app/requests/import"),
    Sight("requests-import-refused", "/app/requests/import", "form[action='/app/requests/import/columns'] button"),
    Sight("requests-import-quality", "/app/requests/import/ncase"),
    Sight("engagement-new", "/app/engagements/new"),
    Sight("engagement-new-refused", "/app/engagements/new", "button[value=look]"),
    Sight("teams", "/app/engagements/ost-2027/teams", "#add + .tl-more > summary"),
    Sight("team", "/app/engagements/ost-2027/teams/ky"),
    Sight("approvals", "/app/engagements/ost-2027/approvals", ".tl-table .tl-more > summary"),
    Sight("approvals-none", "/app/engagements/wf-2027/approvals"),
    Sight("sessions", "/app/engagements/ost-2027/sessions", "section > .tl-more > summary"),
    Sight("sessions-none", "/app/engagements/lic-2026/sessions"),
    Sight("sessions-plan", "/app/engagements/ost-2027/sessions", "#plans ~ .tl-more > summary"),
    Sight("session-move", "/app/engagements/wf-2027/sessions/wf-2027-s3/move", "button[value=look]"),
    Sight("session-cancel", "/app/engagements/wf-2027/sessions/wf-2027-s3/cancel"),
    Sight("session-held", "/app/engagements/ost-2027/sessions/ost-2027-s4/held"),
    Sight("engagement-close", "/app/engagements/ost-2027/close"),
    Sight("webhooks", "/app/webhooks"),
    Sight("webhook", "/app/webhooks", "tr:has(.tl-tag--good) a"),
    Sight("webhook-off", "/app/webhooks", "tr:has(.tl-tag--late) a"),
    Sight("webhook-new", "/app/webhooks/new"),
    Sight("webhook-new-refused", "/app/webhooks/new", "form[action='/app/webhooks/make'] button"),
    Sight("calendar", "/app/calendar"),
    Sight("calendar-made", "/app/calendar", "form[action='/app/calendar/make'] button"),
    Sight("playbooks", "/app/playbooks"),
    Sight("playbook", "/app/playbooks/peer-learning-community?start=2027-01-11&jurisdictions=KY,WI,VI"),
    Sight("what-if", f"{WHAT_IF}?{CHANGED}"),
    Sight("what-if-refused", f"{WHAT_IF}?change1=window.wait&to1=soon"),
    Sight("playbook-check", "/app/playbooks/check"),
    Sight("account", "/app/account"),
    Sight("people", "/app/people"),
    Sight("person-new", "/app/people/new"),
    Sight("person-refused", "/app/people/new", ".tl-form .usa-button:not(.usa-button--outline)"),
    Sight("person", "/app/people/p-rivera"),
    Sight("mail-mine", "/app/mail/mine"),
    Sight("mail", "/app/mail", "article .tl-more > summary"),
    Sight("mail-nothing", "/app/mail?state=given_up"),
    Sight("put-aside", "/app/aside"),
    Sight("put-aside-one", "/app/aside", "article h2 a"),
    Sight("put-aside-nothing", "/app/aside?state=dropped"),
    Sight("refusal", "/app/inbox?colour=green"),
)
