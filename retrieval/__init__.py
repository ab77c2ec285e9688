"""A question in, scored pages out: MaxSim, BM25, fusion, regions."""
