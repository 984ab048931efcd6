"""Owns sessions, attendance, homework and action plans.

Hears: engagement_opened, engagement_changed, engagement_closed, team_formed, team_changed, team_left,
role_vacated, role_filled, fact_retracted.
Says: session_scheduled, session_cancelled, session_held, homework_assigned, homework_handed_in,
action_plan_submitted, action_plan_accepted, action_plan_rejected, action_step_reported, fact_retracted.
"""
