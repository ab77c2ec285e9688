"""Jobs: listed, watched page by page, cancelled, tried again."""
