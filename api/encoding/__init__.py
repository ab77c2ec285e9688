"""The encoder service: one process holds the model that the processes of a fleet share."""
