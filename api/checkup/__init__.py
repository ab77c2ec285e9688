"""The check of all that is kept: whether the catalog, the vectors and the blobs agree."""
