import re
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import numpy as np
import pytest

from index.vectors import points
from index.vectors.base import ExaminedPoint
from index.vectors.examination import NO_GENERATION, count_generations
from index.vectors.examination import examined as examined_record
from tests.conftest import unit_rows

GENERATION = UUID(int=1)
Damage = Callable[[dict[str, Any], dict[str, Any]], object]


class Point(NamedTuple):
    """A point as a client hands it out."""

    id: UUID
    vector: dict[str, Any]
    payload: dict[str, Any]


def examined(point: UUID, vectors: dict[str, Any], payload: dict[str, Any]) -> ExaminedPoint:
    return examined_record(Point(point, vectors, payload))


def sound() -> tuple[dict[str, Any], dict[str, Any]]:
    rows = unit_rows(3)
    vectors = {points.ROWS: rows.vectors.astype(np.float16).tolist(), points.POOLED: [[1.0]]}
    return vectors, points.payload(GENERATION, 2, rows)


def test_a_sound_point_has_no_fault() -> None:
    found = examined(points.point_id(GENERATION, 2), *sound())

    assert (found.page, found.fault, found.n_pooled) == (2, "", 1)
    assert found.rows is not None
    assert len(found.rows) == 3


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda vectors, _: vectors[points.ROWS][1].__setitem__(0, float("nan")), "not finite"),
        (lambda vectors, _: vectors.update(rows=[[0.0] * 16] * 3), "0.0000 to 0.0000 long"),
        (lambda vectors, _: vectors.update(rows=[[1.0] * 5]), "reshape"),
        (lambda vectors, _: vectors.pop(points.ROWS), r"boxes must be \(0, 4\)"),
        (lambda _, payload: payload.pop("boxes"), "carries no 'boxes'"),
        (lambda _, payload: payload.update(kinds="CQkJ"), "kind that is not known: 9"),
        (lambda _, payload: payload.update(boxes="//8AAAAAAAA="), "boxes must be"),
        (lambda _, payload: payload.update(page=3), "not that of page 3"),
        (lambda _, payload: payload.pop("page"), "carries no 'page'"),
    ],
)
def test_what_is_wrong_with_a_point_is_named(damage: Damage, told: str) -> None:
    vectors, payload = sound()
    damage(vectors, payload)

    found = examined(points.point_id(GENERATION, 2), vectors, payload)

    assert found.rows is None
    assert re.search(told, found.fault)


def test_a_box_that_ends_before_it_begins_is_named() -> None:
    rows = unit_rows(1)
    rows.boxes[0] = [0.5, 0, 0.4, 1]
    vectors = {points.ROWS: rows.vectors.tolist()}

    payload = points.payload(GENERATION, 2, rows)

    assert (
        "ends before it begins" in examined(points.point_id(GENERATION, 2), vectors, payload).fault
    )


def test_a_point_that_lies_under_another_id_is_named() -> None:
    assert "not that of page 2" in examined(uuid4(), *sound()).fault


def test_points_that_say_no_generation_are_counted_under_nil() -> None:
    payloads = [{"generation": str(GENERATION)}, {"generation": "?"}, {}, None]

    assert count_generations(payloads) == {GENERATION: 1, NO_GENERATION: 3}
