"""What a model is shown of the found pages so that its input stays under a cap of tokens."""
