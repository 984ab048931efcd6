"""Who is asking, and what they may see and do: callers, their roles, and the door through which they come."""
