"""The client of a model behind an OpenAI-compatible endpoint."""
