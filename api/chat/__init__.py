"""Chat completions as OpenAI's API has them, answered from the documents of a collection."""
