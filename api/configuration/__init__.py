"""What may be configured, by theme; `api/settings.py` reads all of it from the environment."""
