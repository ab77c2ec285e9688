"""Commands of `pagesight eval`, one a module."""
