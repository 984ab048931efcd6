"""Owns requests, engagements, approvals, applications, cohorts, teams, roles, peers and the published playbooks.

Hears: inbound.requests.
Says: playbook_published, ta_request_logged, ta_request_withdrawn, ta_request_answered, topic_in_demand,
engagement_opened, engagement_changed, engagement_closed, approval_requested, approval_answered,
application_received, cohort_assigned, team_formed, team_changed, leadership_signed_off, team_left, role_vacated,
role_filled, peers_suggested, peers_connected, contact_declined, contact_consented,
fact_retracted.
"""
