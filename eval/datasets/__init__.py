"""Data sets to measure on: documents, questions, and what would be right."""
