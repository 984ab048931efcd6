"""How a service is spoken to by HTTP: the frame around every answer and every refusal."""
