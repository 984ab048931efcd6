"""Where facts are kept: one database a service; rows and outbox commit together."""
