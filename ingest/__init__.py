"""Documents in, indexed pages out: render, words, encode, store, publish."""
