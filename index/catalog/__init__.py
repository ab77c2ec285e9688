"""What exists: collections, documents, generations, pages and jobs, as rows in PostgreSQL."""
