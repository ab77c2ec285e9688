"""The calls that a stand-in answers, named and shaped as in Qdrant's gRPC interface."""

# ruff: noqa: N802  the calls have their names from Qdrant
from collections.abc import Iterator
from contextlib import contextmanager

import qdrant_edge as edge
from grpc import ServicerContext, StatusCode
from qdrant_client import grpc, models
from qdrant_client.conversions.conversion import GrpcToRest, RestToGrpc
from qdrant_client.grpc.collections_service_pb2_grpc import CollectionsServicer
from qdrant_client.grpc.points_service_pb2_grpc import PointsServicer
from qdrant_client.grpc.qdrant_pb2_grpc import QdrantServicer

from tests.qdrant_stand_in.edge_requests import (
    FIELD_KINDS,
    edge_point,
    edge_query,
    given_filter,
    listed_keys,
)
from tests.qdrant_stand_in.shards import CollectionExists, CollectionMissing, Shards

DONE = grpc.PointsOperationResponse(
    result=grpc.UpdateResult(operation_id=0, status=grpc.UpdateStatus.Completed)
)

USUAL = grpc.CollectionConfig(  # which the client insists on, as Qdrant has it of itself
    hnsw_config=grpc.HnswConfigDiff(m=16, ef_construct=100, full_scan_threshold=10_000),
    optimizer_config=grpc.OptimizersConfigDiff(
        deleted_threshold=0.2,
        vacuum_min_vector_number=1000,
        default_segment_number=0,
        flush_interval_sec=5,
    ),
    wal_config=grpc.WalConfigDiff(wal_capacity_mb=32, wal_segments_ahead=0),
)


class Health(QdrantServicer):
    """Says who answers.

    Args:
        version: of the server that this one pretends to be.
    """

    def __init__(self, version: str) -> None:
        self._version = version

    def HealthCheck(
        self, _request: grpc.HealthCheckRequest, _context: ServicerContext
    ) -> grpc.HealthCheckReply:
        return grpc.HealthCheckReply(title="a stand-in for tests", version=self._version)


class Collections(CollectionsServicer):
    """Makes, shows and removes collections."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def List(
        self, _request: grpc.ListCollectionsRequest, _context: ServicerContext
    ) -> grpc.ListCollectionsResponse:
        named = [grpc.CollectionDescription(name=name) for name in self._shards.names()]
        return grpc.ListCollectionsResponse(collections=named)

    def CollectionExists(
        self, request: grpc.CollectionExistsRequest, _context: ServicerContext
    ) -> grpc.CollectionExistsResponse:
        exists = request.collection_name in self._shards.names()
        return grpc.CollectionExistsResponse(result=grpc.CollectionExists(exists=exists))

    def Create(
        self, request: grpc.CreateCollection, context: ServicerContext
    ) -> grpc.CollectionOperationResponse:
        with refusals(context):
            self._shards.create(request)
        return grpc.CollectionOperationResponse(result=True)

    def Delete(
        self, request: grpc.DeleteCollection, _context: ServicerContext
    ) -> grpc.CollectionOperationResponse:
        return grpc.CollectionOperationResponse(result=self._shards.drop(request.collection_name))

    def Get(
        self, request: grpc.GetCollectionInfoRequest, context: ServicerContext
    ) -> grpc.GetCollectionInfoResponse:
        with refusals(context):
            made_by = self._shards.made_by(request.collection_name)
            found = self._shards.shard(request.collection_name).info()
        params = grpc.CollectionParams(
            vectors_config=made_by.vectors_config,
            sparse_vectors_config=made_by.sparse_vectors_config,
            shard_number=made_by.shard_number or 1,
            replication_factor=made_by.replication_factor or 1,
            write_consistency_factor=made_by.write_consistency_factor or 1,
        )
        config = grpc.CollectionConfig(params=params)
        config.MergeFrom(USUAL)
        info = grpc.CollectionInfo(
            status=grpc.CollectionStatus.Green,
            optimizer_status=grpc.OptimizerStatus(ok=True),
            config=config,
            points_count=found.points_count,
            payload_schema={
                name: grpc.PayloadSchemaInfo(data_type=_kind(indexed))
                for name, indexed in found.payload_schema.items()
            },
        )
        return grpc.GetCollectionInfoResponse(result=info)


class Points(PointsServicer):
    """Stores, finds, counts, reads and deletes points."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    def Upsert(
        self, request: grpc.UpsertPoints, context: ServicerContext
    ) -> grpc.PointsOperationResponse:
        with refusals(context):
            points = [edge_point(point) for point in request.points]
            self._update(request.collection_name, edge.UpdateOperation.upsert_points(points))
        return DONE

    def Delete(
        self, request: grpc.DeletePoints, context: ServicerContext
    ) -> grpc.PointsOperationResponse:
        with refusals(context):
            wanted = given_filter(request.points)
            if wanted is None:
                raise NotImplementedError("points are deleted by a filter alone")
            doomed = edge.UpdateOperation.delete_points_by_filter(wanted)
            self._update(request.collection_name, doomed)
        return DONE

    def CreateFieldIndex(
        self, request: grpc.CreateFieldIndexCollection, context: ServicerContext
    ) -> grpc.PointsOperationResponse:
        with refusals(context):
            kind = FIELD_KINDS[request.field_type]
            indexed = edge.UpdateOperation.create_field_index(request.field_name, kind)
            self._update(request.collection_name, indexed)
        return DONE

    def Query(self, request: grpc.QueryPoints, context: ServicerContext) -> grpc.QueryResponse:
        with refusals(context):
            found = self._shards.shard(request.collection_name).query(edge_query(request))
        return grpc.QueryResponse(result=[_scored(point) for point in found])

    def Scroll(self, request: grpc.ScrollPoints, context: ServicerContext) -> grpc.ScrollResponse:
        has_offset = request.HasField("offset")
        with refusals(context):
            wanted = edge.ScrollRequest(
                offset=GrpcToRest.convert_point_id(request.offset) if has_offset else None,
                limit=request.limit,
                filter=given_filter(request),
                with_payload=_payload(request.with_payload),
                with_vector=GrpcToRest.convert_with_vectors_selector(request.with_vectors),
            )
            records, following = self._shards.shard(request.collection_name).scroll(wanted)
        return grpc.ScrollResponse(
            result=[_retrieved(record) for record in records],
            next_page_offset=None
            if following is None
            else RestToGrpc.convert_extended_point_id(following),
        )

    def Count(self, request: grpc.CountPoints, context: ServicerContext) -> grpc.CountResponse:
        with refusals(context):
            wanted = edge.CountRequest(exact=request.exact, filter=given_filter(request))
            count = self._shards.shard(request.collection_name).count(wanted)
        return grpc.CountResponse(result=grpc.CountResult(count=count))

    def Get(self, request: grpc.GetPoints, context: ServicerContext) -> grpc.GetResponse:
        with refusals(context):
            records = self._shards.shard(request.collection_name).retrieve(
                [GrpcToRest.convert_point_id(one) for one in request.ids],
                with_payload=_payload(request.with_payload),
                with_vector=GrpcToRest.convert_with_vectors_selector(request.with_vectors),
            )
        return grpc.GetResponse(result=[_retrieved(record) for record in records])

    def _update(self, collection: str, operation: edge.UpdateOperation) -> None:
        self._shards.shard(collection).update(operation)


@contextmanager
def refusals(context: ServicerContext) -> Iterator[None]:
    """Answer with the status that Qdrant has for what went wrong."""
    try:
        yield
    except CollectionMissing as error:
        context.abort(StatusCode.NOT_FOUND, str(error))
    except CollectionExists as error:
        context.abort(StatusCode.ALREADY_EXISTS, str(error))
    except NotImplementedError as error:
        context.abort(StatusCode.UNIMPLEMENTED, str(error))
    except Exception as error:  # noqa: BLE001  Edge raises nothing more particular
        context.abort(StatusCode.INVALID_ARGUMENT, f"Wrong input: {error}")


def _scored(point: edge.ScoredPoint) -> grpc.ScoredPoint:
    told = models.ScoredPoint(
        id=point.id,
        version=point.version,
        score=point.score,
        payload=point.payload,
        vector=_told_vectors(point.vector),
    )
    return RestToGrpc.convert_scored_point(told)


def _retrieved(record: edge.Record) -> grpc.RetrievedPoint:
    told = models.Record(id=record.id, payload=record.payload, vector=_told_vectors(record.vector))
    return RestToGrpc.convert_record(told)


def _told_vectors(vectors: "edge.Vector | None") -> models.VectorStructOutput | None:
    if not isinstance(vectors, dict):
        return None
    return {
        name: models.SparseVector(indices=one.indices, values=one.values)
        if isinstance(one, edge.SparseVector)
        else one
        for name, one in vectors.items()
    }


def _kind(indexed: "edge.PayloadIndexInfo") -> grpc.PayloadSchemaType.ValueType:
    is_word = indexed.data_type == edge.PayloadSchemaType.Keyword
    return grpc.PayloadSchemaType.Keyword if is_word else grpc.PayloadSchemaType.Integer


def _payload(selector: grpc.WithPayloadSelector) -> bool | list[str]:
    return listed_keys(GrpcToRest.convert_with_payload_selector(selector))
