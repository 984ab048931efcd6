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


SIGHTS = (
    Sight("inbox", "/app/inbox"),
    Sight("inbox-more", "/app/inbox", ".tl-task .tl-more > summary"),
    Sight("inbox-nothing", "/app/inbox?to=nobody"),
    Sight("engagements", "/app/engagements"),
    Sight("engagements-none", "/app/engagements?state=closed"),
    Sight("topics", "/app/topics"),
    Sight("engagement-new", "/app/engagements/new"),
    Sight("playbooks", "/app/playbooks"),
    Sight("playbook-check", "/app/playbooks/check"),
    Sight("account", "/app/account"),
    Sight("put-aside", "/app/aside"),
    Sight("put-aside-one", "/app/aside", "article h2 a"),
    Sight("put-aside-nothing", "/app/aside?state=dropped"),
    Sight("refusal", "/app/inbox?colour=green"),
)
