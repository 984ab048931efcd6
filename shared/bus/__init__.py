"""The message bus: its server, its streams, how we listen, and how we say what is in the outbox."""
