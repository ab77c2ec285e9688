"""What a request meets before its route: its id, its key, its turn, what it did before."""
