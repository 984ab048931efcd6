"""What people would pick instead, doing the same work; each runs in `.venv-peers`, as a program of its own."""
