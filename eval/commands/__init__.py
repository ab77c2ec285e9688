"""The commands of `pagesight eval`, one a module."""
