"""A file of requests: read, its columns guessed, each row judged, and the file given back with what was wrong."""
