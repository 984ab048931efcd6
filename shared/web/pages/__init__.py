"""Pages for people: how they are rendered, found, listed for programs too, and answered when a form is sent."""
