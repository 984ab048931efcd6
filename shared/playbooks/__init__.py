"""Playbooks: their grammar, the history they are judged by, and the plan of what they oblige."""
