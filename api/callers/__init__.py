"""Who asks: what a key lets its caller see and do, how often, and for how much."""
