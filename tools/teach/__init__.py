"""Teaches a tiny model of the ColPali family to see drawn pages: for tests, not for products."""
