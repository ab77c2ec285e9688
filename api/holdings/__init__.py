"""Collections and their files: made, handed in, rebuilt, followed, ended."""
