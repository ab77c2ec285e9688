"""Where rows are kept: one protocol, Qdrant Edge in process and a Qdrant server."""
