"""What the service tells of its work: its log, its metrics, its traces."""
