"""Models that write replies: behind an OpenAI-compatible endpoint, or in this process."""
