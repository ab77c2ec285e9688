"""An encoder in a process of its own: how a fleet asks it, and how pages and rows travel."""
