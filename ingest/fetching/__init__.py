"""Documents from the web: allow-listed hosts, public addresses, one pinned connection."""
