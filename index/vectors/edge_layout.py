"""How a collection lies in Qdrant Edge: its vectors, and what is built to search them."""

import qdrant_edge as edge

from index.vectors import points as stored

GRAPH_KB = 10_000  # pooled rows of a segment that are worth a graph, Qdrant's own default


def layout(dim: int, *, pooled: bool) -> edge.EdgeConfig:
    """Describe a collection of `dim`-dimensional rows, with pooled rows or without."""
    vectors = {stored.ROWS: _multivector(dim, m=0)}
    if pooled:
        vectors[stored.POOLED] = _multivector(dim, m=stored.GRAPH_LINKS)
    idf = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)
    return edge.EdgeConfig(
        vectors=vectors,
        sparse_vectors={stored.TERMS: idf},
        # without a graph to build, segments are vacuumed, not copied when they grow
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=GRAPH_KB if pooled else 0),
        # BM25 alone takes less than to wake a thread for each segment, and to wait for all of them
        max_search_threads=None if pooled else 1,
    )


def _multivector(dim: int, *, m: int) -> edge.EdgeVectorParams:
    """Describe rows compared by MaxSim, with a graph of `m` links a page where `m` is not 0."""
    return edge.EdgeVectorParams(
        size=dim,
        distance=edge.Distance.Dot,  # rows have unit length
        multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim),
        datatype=edge.VectorStorageDatatype.Float16,
        hnsw_config=edge.HnswIndexConfig(
            m=m, ef_construct=100 if m else 4, full_scan_threshold=10_000
        ),
    )
