"""Questions: which of the found pages are shown to what answers, and what it answers."""
