"""Owns evaluation rounds, answers, outcomes (also proposed ones), how goals were judged, and who is told of it.

Hears: all that intake, sessions and followup say.
Says: evaluation_scheduled, evaluation_moved, evaluation_withdrawn, evaluation_opened, evaluation_lapsed,
evaluation_closed, evaluation_answered, outcome_recorded, outcome_proposed,
outcome_dismissed, goal_assessed, fact_retracted.
"""
