"""What a run found, for people: a page with plots, and Markdown."""
