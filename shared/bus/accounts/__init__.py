"""Who may do what on the bus: keys, the accounts they belong to, and the server's configuration made from both."""
