"""Who is known on the bus, and what each may say and hear there: nothing but what its work needs."""

from dataclasses import dataclass
from enum import StrEnum

from shared.bus.streams import ASIDE, ENGAGEMENT, FATES, INBOUND, OUTCOMES, Ear
from shared.events.catalogue import SPEAKERS
from shared.people import CHANGED
from shared.settings import LANES

READ = "READ"
"""With what requests of evaluators and trackers to JetStream begin, in place of $JS.API: that name would be answered by
their own account, which has no streams."""


class Kind(StrEnum):
    """What somebody on the bus is to Throughline."""

    SERVICE = "service"
    TRACKER = "tracker"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"
    """May make and change streams; there is one only while that is done."""
    SYSTEM = "system"
    """Looks after the servers; sees nothing of what is said."""


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """One program on the bus, by the public half of its key."""

    kind: Kind
    name: str
    key: str

    @property
    def inbox(self) -> str:
        """With what the subjects begin on which it is answered; nobody else of its account may listen there."""
        return inbox_of(self.name)


@dataclass(frozen=True, slots=True)
class Rights:
    """The subjects on which somebody may say something, and on which they may listen."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def inbox_of(name: str) -> str:
    """The prefix of somebody's inboxes."""
    return f"_INBOX_{name}"


def rights(member: Member) -> Rights:
    """What a member may do."""
    return {
        Kind.SERVICE: _of_a_service,
        Kind.TRACKER: _of_a_tracker,
        Kind.EVALUATOR: _of_an_evaluator,
        Kind.ADMINISTRATOR: _of_an_administrator,
        Kind.SYSTEM: _of_the_system,
    }[member.kind](member)


def _of_a_service(member: Member) -> Rights:
    """Says what is its own, reads what it needs to; may make no stream, change none, and take nothing out of one."""
    name = member.name
    reads = {ENGAGEMENT, ASIDE} | {"intake": {INBOUND}, "evaluation": {OUTCOMES, FATES}}.get(name, set())
    says = [f"eng.{name}.>", f"aside.{name}", *(["outcomes.>", "fates.>"] if name == "evaluation" else [])]
    # Answers to trackers come by way of their account (_R_), those to other services directly.
    answers = ["_R_.>", *(f"{inbox_of(one)}.>" for one in SPEAKERS)]
    looks = [f"$JS.API.STREAM.INFO.{stream}" for stream in (ENGAGEMENT, INBOUND, ASIDE, OUTCOMES, FATES)]
    consumes = [right for stream in sorted(reads) for right in _reading(stream, name)]
    hears = [f"{member.inbox}.>", f"ask.{name}.>", CHANGED, *(["inbound.requests.*"] if name == "intake" else [])]
    return Rights((*says, "ask.>", CHANGED, *answers, *looks, *consumes), tuple(hears))


def _reading(stream: str, name: str) -> list[str]:
    """To read a stream: by an ear of its own, and by readers that last as long as they read, under any name."""
    api = "$JS.API.CONSUMER"
    makes = [f"{api}.CREATE.{stream}", f"{api}.CREATE.{stream}.>", f"{api}.DURABLE.CREATE.{stream}.{name}"]
    uses = [f"{api}.{what}.{stream}.*" for what in ("INFO", "MSG.NEXT", "DELETE")]
    says = [f"$JS.ACK.{stream}.{ear.durable}.>" for lanes in LANES for ear in Ear(name, stream, ()).in_lanes(lanes)]
    return [f"$JS.API.STREAM.MSG.GET.{stream}", *makes, *uses, *(says if stream == ENGAGEMENT else says[:1])]


def _of_a_tracker(member: Member) -> Rights:
    return Rights((f"inbound.requests.{member.name}", *_its_own_ear(FATES, member)), (f"{member.inbox}.>",))


def _of_an_evaluator(member: Member) -> Rights:
    return Rights(_its_own_ear(OUTCOMES, member), (f"{member.inbox}.>",))


def _its_own_ear(stream: str, member: Member) -> tuple[str, ...]:
    """To look at the one consumer that was made for it, to pull from it, and to say what it has."""
    ear = f"{stream}.{member.name}"
    return (f"{READ}.CONSUMER.INFO.{ear}", f"{READ}.CONSUMER.MSG.NEXT.{ear}", f"$JS.ACK.{ear}.>")


def _of_an_administrator(member: Member) -> Rights:
    return Rights(("$JS.API.>",), (f"{member.inbox}.>",))


def _of_the_system(member: Member) -> Rights:
    # Beside questions: to take a server out of the cluster that is gone for good, and to have another lead it.
    return Rights(("$SYS.>", "$JS.API.SERVER.REMOVE", "$JS.API.META.LEADER.STEPDOWN"), ("$SYS.>", f"{member.inbox}.>"))
