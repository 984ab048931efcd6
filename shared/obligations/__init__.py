"""Obligations: what is owed held against what is recorded, and the alarm that wakes when something falls due."""
