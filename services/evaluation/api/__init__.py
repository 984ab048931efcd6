"""Evaluation by HTTP: its commands, and questions about all that it owns; one file a noun."""

from services.evaluation.api import asking, data, events, outcomes, reporting, rounds, webhooks
from shared.web.routes import Routes

router = Routes(tags=["evaluation"])
for noun in (asking, data, rounds, outcomes, reporting, events, webhooks):
    router.include_router(noun.router)
