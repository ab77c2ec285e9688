"""Visual encoders: a row for each patch of a page, from the ColPali family of models."""
