"""Erasure: what was deleted is made to be gone from every file, with a receipt."""
