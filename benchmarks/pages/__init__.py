"""How long pages take, with as much in them as a center has in a year."""
