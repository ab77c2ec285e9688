"""Fields of a JSON schema, read from documents."""
