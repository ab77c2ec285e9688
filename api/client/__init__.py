"""A typed client of the REST API, blocking and asynchronous, and the command line's way over it."""
