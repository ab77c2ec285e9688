"""What a client asks over the wire, as Qdrant Edge wants to be asked; the rest is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import qdrant_edge as edge
from qdrant_client import grpc, models
from qdrant_client.conversions.conversion import GrpcToRest

FIELD_KINDS = {
    grpc.FieldType.FieldTypeKeyword: edge.PayloadSchemaType.Keyword,
    grpc.FieldType.FieldTypeInteger: edge.PayloadSchemaType.Integer,
}


def edge_config(request: grpc.CreateCollection) -> edge.EdgeConfig:
    """Describe a collection's vectors."""
    vectors = GrpcToRest.convert_vectors_config(request.vectors_config)
    sparse = GrpcToRest.convert_sparse_vector_config(request.sparse_vectors_config)
    return edge.EdgeConfig(
        vectors={name: _vector_params(one) for name, one in _named(vectors).items()},
        sparse_vectors={name: _sparse_params(one) for name, one in sparse.items()},
    )


def edge_point(point: grpc.PointStruct) -> edge.Point:
    """Return a point to store."""
    told = GrpcToRest.convert_point_struct(point)
    vectors = {name: _vector(one) for name, one in _named(told.vector).items()}
    return edge.Point(id=told.id, vector=vectors, payload=told.payload)


def edge_query(request: grpc.QueryPoints) -> edge.QueryRequest:
    """Return a search, in two stages where it has a prefetch."""
    told = GrpcToRest.convert_query_points(request)
    return edge.QueryRequest(
        limit=told.limit or 10,
        offset=told.offset,
        query=_nearest(told.query, told.using),
        prefetches=[_prefetch(one) for one in _listed(told.prefetch)],
        filter=edge_filter(told.filter),
        params=_search_params(told.params),
        score_threshold=told.score_threshold,
        with_payload=listed_keys(told.with_payload),
        with_vector=told.with_vector,
    )


def edge_filter(told: models.Filter | None) -> edge.Filter | None:
    """Return a filter, None for none."""
    if told is None:
        return None
    return edge.Filter(
        must=[_condition(one) for one in _listed(told.must)],
        should=[_condition(one) for one in _listed(told.should)] or None,
        must_not=[_condition(one) for one in _listed(told.must_not)],
    )


def given_filter(request: Any) -> edge.Filter | None:
    """Return a message's filter, None where it has none."""
    has_one = request.HasField("filter")
    return edge_filter(GrpcToRest.convert_filter(request.filter) if has_one else None)


def listed_keys(told: object) -> bool | list[str]:
    """Return which parts of a payload to send."""
    if told is None:
        return False
    if isinstance(told, bool | list):
        return told
    raise NotImplementedError(f"no payloads like {told}")


def _vector_params(told: models.VectorParams) -> edge.EdgeVectorParams:
    links = told.hnsw_config.m if told.hnsw_config else None
    return edge.EdgeVectorParams(
        size=told.size,
        distance=getattr(edge.Distance, told.distance.value),
        on_disk=told.on_disk,
        multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
        if told.multivector_config
        else None,
        datatype=getattr(edge.VectorStorageDatatype, told.datatype.value.capitalize())
        if told.datatype
        else None,
        quantization_config=_quantization(told.quantization_config),
        hnsw_config=None
        if links is None
        else edge.HnswIndexConfig(m=links, ef_construct=100, full_scan_threshold=10_000),
    )


def _quantization(told: models.QuantizationConfig | None) -> edge.ScalarQuantizationConfig | None:
    if told is None:
        return None
    if not isinstance(told, models.ScalarQuantization):
        raise NotImplementedError(f"no quantization like {told}")
    return edge.ScalarQuantizationConfig(edge.ScalarType.Int8, told.scalar.quantile)


def _sparse_params(told: models.SparseVectorParams) -> edge.EdgeSparseVectorParams:
    is_idf = told.modifier is models.Modifier.IDF
    return edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if is_idf else None)


def _vector(told: Any) -> Any:
    if isinstance(told, models.SparseVector):
        return edge.SparseVector(indices=told.indices, values=told.values)
    return np.asarray(told, dtype=np.float32)


def _nearest(told: object, using: str | None) -> edge.Query:
    if not isinstance(told, models.NearestQuery):
        raise NotImplementedError(f"no query like {told}")
    return edge.Query.Nearest(_vector(told.nearest), using=using)


def _prefetch(told: models.Prefetch) -> edge.Prefetch:
    return edge.Prefetch(
        limit=told.limit or 10,
        query=_nearest(told.query, told.using),
        filter=edge_filter(told.filter),
        params=_search_params(told.params),
    )


def _search_params(told: models.SearchParams | None) -> edge.SearchParams | None:
    if told is None:
        return None
    wanted = told.quantization
    return edge.SearchParams(
        hnsw_ef=told.hnsw_ef,
        exact=bool(told.exact),
        quantization=None
        if wanted is None
        else edge.QuantizationSearchParams(bool(wanted.ignore), wanted.rescore),
    )


def _condition(told: models.Condition) -> edge.FieldCondition:
    if not isinstance(told, models.FieldCondition):
        raise NotImplementedError(f"no condition like {told}")
    return edge.FieldCondition(key=told.key, match=_match(told.match), range=_range(told.range))


def _match(told: models.Match | None) -> "edge.MatchType | None":
    if isinstance(told, models.MatchAny):
        return edge.MatchAny([str(one) for one in told.any])
    if isinstance(told, models.MatchValue):
        return edge.MatchValue(told.value)
    if told is not None:
        raise NotImplementedError(f"no match like {told}")
    return None


def _range(told: models.RangeInterface | None) -> edge.RangeFloat | None:
    if told is None:
        return None
    if not isinstance(told, models.Range):
        raise NotImplementedError(f"no range like {told}")
    return edge.RangeFloat(gte=told.gte, gt=told.gt, lte=told.lte, lt=told.lt)


def _named(told: object) -> Mapping[str, Any]:
    if not isinstance(told, Mapping):
        raise NotImplementedError(f"vectors without a name: {told}")
    return told


def _listed(told: Any) -> Sequence[Any]:
    if told is None:
        return []
    return told if isinstance(told, list) else [told]
