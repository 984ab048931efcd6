"""Owns evaluation rounds, answers, outcomes (also those that watching proposes) and how goals were judged.

Hears: all that intake and sessions say.
Says: evaluation_scheduled, evaluation_moved, evaluation_withdrawn, evaluation_opened, evaluation_lapsed,
evaluation_closed, evaluation_answered, outcome_recorded, outcome_proposed,
outcome_dismissed, goal_assessed, fact_retracted.
"""
