"""What all services stand on: the published language, playbooks, obligations, storage, bus, web; it knows no service."""
