"""Owns tasks: what is owed to whom by when; and contacts; the only service that reaches people.

Hears: all that intake, sessions and evaluation say.
Says: follow_up_scheduled, follow_up_moved, follow_up_withdrawn, follow_up_fell_due, follow_up_lapsed,
follow_up_done, follow_up_skipped, follow_up_snoozed, follow_up_handed_over, follow_up_escalated,
contact_suppressed, reminder_sent, fact_retracted.
"""
