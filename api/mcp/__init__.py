"""Model Context Protocol: the service as tools of an agent."""
