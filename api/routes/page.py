"""Pages: their pictures, their words, and where on them a question finds what it asks for."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.documents.page_bodies import PageWordsBody
from api.documents.page_words import words_body
from api.ids import parse_id
from api.questions.bodies import HeatmapBody, HeatRow
from api.routes.shared import CollectionName, DocumentId, ServiceOf, failures, needs
from index.errors import CollectionNotFound, DocumentNotFound, ManifestMismatch, PageNotFound
from retrieval.heatmap import PageHeat, draw_heat

router = APIRouter(
    prefix="/collections/{collection}/documents/{document}/pages/{page}", tags=["pages"]
)

# Kept by its reader, and asked for again: a document that was replaced has other pages.
HEADERS = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
MISSING = (CollectionNotFound, DocumentNotFound, PageNotFound)
PageNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="page number, from 1")]
Asked = Annotated[str, Query(min_length=1, max_length=2000, description="the question")]
Token = Annotated[int | None, Query(ge=0, description="only this token of the question")]


@router.get(
    "/image",
    response_class=Response,
    dependencies=needs("read"),
    responses={
        200: {"content": {"image/jpeg": {}}},
        304: {"description": "its `ETag` is the one of `If-None-Match`"},
        **failures(*MISSING),
    },
)
def page_image(
    collection: CollectionName,
    document: DocumentId,
    page: PageNumber,
    service: ServiceOf,
    request: Request,
    width: Annotated[
        int | None, Query(ge=16, le=4096, description="at most so many pixels wide")
    ] = None,
) -> Response:
    """Return a page's picture."""
    stored = service.catalog.page(collection, parse_id(document), page)
    headers = {**HEADERS, "ETag": f'"{stored.image_sha256}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    picture = service.pages.picture(collection, parse_id(document), page, width=width)
    return Response(picture, media_type="image/jpeg", headers=headers)


@router.get("/words", dependencies=needs("read"), responses=failures(*MISSING))
def page_words(
    collection: CollectionName, document: DocumentId, page: PageNumber, service: ServiceOf
) -> PageWordsBody:
    """Return a page's words in reading order, each with its box."""
    return words_body(service, collection, parse_id(document), page)


@router.get(
    "/heatmap",
    response_class=Response,
    dependencies=needs("query"),
    responses={200: {"content": {"image/png": {}}}, **failures(*MISSING, ManifestMismatch)},
)
def heatmap(
    collection: CollectionName,
    document: DocumentId,
    page: PageNumber,
    service: ServiceOf,
    query: Asked,
    token: Token = None,
) -> Response:
    """Return a page's picture, coloured where the question finds what it asks for."""
    found = service.heat_maps.of_page(collection, parse_id(document), page, query, token=token)
    coloured = draw_heat(found.picture, found.heat, found.boxes)
    return Response(coloured, media_type="image/png", headers=HEADERS)


@router.get(
    "/heatmap.json", dependencies=needs("query"), responses=failures(*MISSING, ManifestMismatch)
)
def heatmap_rows(
    collection: CollectionName,
    document: DocumentId,
    page: PageNumber,
    service: ServiceOf,
    query: Asked,
    token: Token = None,
) -> HeatmapBody:
    """Return the heat of each row of a page, and the question's tokens to look at alone."""
    return _body(
        service.heat_maps.of_page(collection, parse_id(document), page, query, token=token)
    )


def _body(found: PageHeat) -> HeatmapBody:
    rows = [
        HeatRow(box=(left, top, right, bottom), heat=round(float(heat), 4))
        for heat, (left, top, right, bottom) in zip(
            found.heat, found.boxes.round(4).tolist(), strict=True
        )
    ]
    return HeatmapBody(tokens=list(found.tokens), rows=rows)
