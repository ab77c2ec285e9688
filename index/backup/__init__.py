"""Backups: everything that is kept, in files that are of no database or vector store."""
