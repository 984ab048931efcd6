"""The four services; each owns its facts and its database, hears the others on the bus, and never imports them."""
