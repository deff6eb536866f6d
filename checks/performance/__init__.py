"""How a service stands a load."""
