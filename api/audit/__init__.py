"""The audit log: a line for every change, its verb, and the ids of what was changed."""
