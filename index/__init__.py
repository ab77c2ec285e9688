"""What is kept and how it is encoded: records, encoders, manifest, catalog, vectors, blobs."""
