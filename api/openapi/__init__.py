"""What OpenAPI says of the API: its description, and an example of every body."""
