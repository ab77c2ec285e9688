"""Golden questions of a collection, and the evaluations that are kept."""
