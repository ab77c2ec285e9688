"""A tiny visual model for tests, taught from scratch on pages drawn here. Not a product encoder."""
