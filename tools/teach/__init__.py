"""A tiny model of the ColPali family, taught to see generated pages: for tests, not for products."""
