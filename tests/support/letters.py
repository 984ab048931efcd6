"""Letters as they go over the wire, without a service: for tests of their words and of how they look."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.followup.channels import Place, message
from services.followup.channels.message import Told
from services.followup.domain.mail import Claimed, Kind, Named
from shared.invited import Both, Forms, OfGoal, ToForm
from shared.obligations.reconcile import Row
from shared.people import Person

NOW = datetime(2027, 1, 5, 12, 30, tzinfo=UTC)
"""Half past seven on a Tuesday in New York."""
HERE = ZoneInfo("America/New_York")
FAY = Person(person_id="p-f", name="Fay Facilitator", address="fay@example.org")
PLACE = Place("Peer learning <peer@a-long-name-of-a-center-for-early-childhood.example.org>", "https://line.example")
ROUND = Forms(
    title=Both(en="How is the work of your team going?", es="¿Cómo va el trabajo de su equipo?"),
    intro=Both(en="It takes some ten minutes.", es="Toma unos diez minutos."),
    engagement_title="Out-of-school time that families can reach",
    closes_at=NOW + timedelta(days=14),
    zone="America/New_York",
    forms=(ToForm(path="/a/" + "s" * 32), ToForm(path="/a/" + "t" * 32, jurisdiction="WV")),
    goal=OfGoal(
        statement="Licensing rules fit school-age care", by=date(2027, 3, 1), indicator="The rules are in force"
    ),
)
"""A round about a goal that asks for two places."""
PAGE = "https://line.example/app/mail/choose/" + "s" * 32


def task(title: str = "Ask KY for its plan", days: int = 0, overdue: bool = False, by: str = "p-f") -> Named:
    """A task as a letter tells of it."""
    due = NOW + timedelta(days=days)
    row = Row(
        key="e1/ask/ky/1", engagement="e1", rule="ask", kind="task", item="ky", occurrence=1, state="due", n=1,
        due_at=due, planned_at=due, overdue_at=due if overdue else None, title=title, to="facilitator", team_id="ky",
        because="f", moment="formed", moment_on=date(2027, 1, 4), zone="America/New_York", wait="2 weeks after formed",
        contact=False,
    )  # fmt: skip
    return Named(row, "Out-of-school time that families can reach", owed_by=(by,), facilitators=("p-f",))


def sent(kind: Kind = "handover", told: Told | None = None, person: Person = FAY) -> bytes:
    """A letter, byte by byte."""
    letter = Claimed("0" * 36, kind, "p-f", (), NOW, NOW, NOW, 1, "s" * 32)
    return message(letter, person, told or Told([task()]), PLACE, NOW, HERE).as_bytes()
