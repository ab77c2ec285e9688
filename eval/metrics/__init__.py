"""How good a ranking, an answer or a box is, and how sure that is."""
