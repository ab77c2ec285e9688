"""Every way in, and the one place that builds objects."""
