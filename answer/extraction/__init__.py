"""Fields of a JSON schema read from the words of pages, each with its place."""
