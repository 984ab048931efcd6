"""Rows <-> domain: how sessions keeps what it knows, and finds it again."""

from services.sessions import domain, tables
from services.sessions.domain import Homework, Known, Plan, Session
from shared.storage.listing import Shelf
from shared.storage.rows import Drawer, Records
from shared.storage.tables import table

SESSION, HOMEWORK, PLAN = table(tables.SessionRow), table(tables.HomeworkRow), table(tables.PlanRow)

RECORDS: Records[Known] = Records(
    view=domain.known,
    drawers=(
        Drawer(
            SESSION,
            lambda known: {(s.engagement_id, s.session_id): s for s in known.sessions.values()},
            filtered_by=("number", "starts_at", "state"),
        ),
        Drawer(
            HOMEWORK,
            lambda known: {(h.engagement_id, h.homework_id): h for h in known.homework.values()},
            filtered_by=("session_id", "due_on"),
        ),
        Drawer(
            PLAN,
            lambda known: {(p.engagement_id, p.plan_id): p for p in known.plans.values()},
            filtered_by=("team_id", "state", "submitted_on"),
        ),
    ),
)

SESSIONS = Shelf(SESSION, Session, "session", order=("starts_at", "engagement_id", "session_id"))
HOMEWORKS = Shelf(HOMEWORK, Homework, "homework", order=("due_on", "engagement_id", "homework_id"))
PLANS = Shelf(PLAN, Plan, "plan", order=("submitted_on", "engagement_id", "plan_id"))
