"""Ways out to people: what leaves here is read elsewhere, by their calendars and in their mail."""
