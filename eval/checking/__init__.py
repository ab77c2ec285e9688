"""What is wrong with a set of questions before it misleads."""
