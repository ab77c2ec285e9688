"""Originals, page images and page words, kept by the sha256 of their content."""
