"""Documents: fetched by URL, and the words of their pages."""
