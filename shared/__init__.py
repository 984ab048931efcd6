"""What all services stand on: language, playbooks, obligations, storage, bus, web; it knows no service."""
