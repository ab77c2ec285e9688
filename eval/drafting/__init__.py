"""Questions proposed from documents, for a person to accept."""
