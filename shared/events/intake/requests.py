"""What agencies ask for: TA requests, and the topics that several of them ask about."""

from typing import ClassVar, Literal

from shared.events.base import NO_ENGAGEMENT, Event
from shared.events.fields import Day, Ids, Jurisdiction, Line, Places, Slug, Text


class OfRequest(Event):
    """Something about one TA request; it stands outside engagements, even where it was answered by one."""

    identity: ClassVar = ("request_id",)
    outside: ClassVar = True

    request_id: Slug

    @property
    def line(self) -> str:
        return f"{NO_ENGAGEMENT}/{self.request_id}"


class TaRequestLogged(OfRequest):
    """An agency asked for technical assistance, and its tracker told us."""

    type: ClassVar = "eng.intake.ta_request_logged.v1"
    happened: ClassVar = "logged_on"

    source: Slug
    external_id: Line
    jurisdiction: Jurisdiction
    topic: Line
    need: Text
    logged_on: Day
    follows: Slug | None = None


class TaRequestWithdrawn(OfRequest):
    """The agency does not ask any more."""

    type: ClassVar = "eng.intake.ta_request_withdrawn.v1"

    reason: Text


class TaRequestAnswered(OfRequest):
    """The request met its answer, whatever the answer was."""

    type: ClassVar = "eng.intake.ta_request_answered.v1"
    happened: ClassVar = "answered_on"

    answered_on: Day
    how: Literal["engagement", "one_on_one", "peer_to_peer", "resource", "declined"]


class TopicInDemand(Event):
    """Several jurisdictions ask about one topic: the moment to bring them together."""

    type: ClassVar = "eng.intake.topic_in_demand.v1"
    identity: ClassVar = ("topic", "since", "jurisdictions")
    outside: ClassVar = True

    topic: Line
    jurisdictions: Places
    request_ids: Ids
    since: Day
