"""Found pages in, cited answers out."""
