from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from index.records import Float32, Question
from retrieval.cuda.kernels import BLOCK_ROWS, GpuKernel
from retrieval.cuda.rows import DeviceRows
from retrieval.maxsim import maxsim
from retrieval.sidecar.folder import SidecarFolder
from retrieval.sidecar.view import SidecarView
from tests.conftest import unit_rows
from tests.devices import DEVICES, HAS_TRITON

N_PAGES, DIM = 5, 16
KERNELS: dict[GpuKernel, float] = {"torch": 1e-5, "triton": 5e-3}  # and how far a score may be off
ROOM, CHUNK = 1 << 30, 2 * DIM * 60  # bytes; a chunk is full with 60 rows


@dataclass(frozen=True, slots=True)
class Scorer:
    """A device and a kernel of it."""

    device: str
    kernel: GpuKernel

    def open(self, *, max_bytes: int = ROOM, chunk_bytes: int = CHUNK) -> DeviceRows:
        return DeviceRows(
            self.device, max_bytes=max_bytes, chunk_bytes=chunk_bytes, kernel=self.kernel
        )

    def check(self, found: Float32, expected: Float32) -> None:
        np.testing.assert_allclose(found, expected, atol=KERNELS[self.kernel])


@pytest.fixture(
    params=[
        Scorer(device, kernel)
        for device in DEVICES
        for kernel in KERNELS
        if kernel == "torch" or (HAS_TRITON and device == DEVICES[-1])
    ],
    ids=lambda scorer: f"{scorer.device}-{scorer.kernel}",
)
def scorer(request: pytest.FixtureRequest) -> Scorer:
    """Each device that is here, with each kernel that runs on it."""
    found: Scorer = request.param
    return found


@pytest.fixture
def question() -> Question:
    weights = np.array([1, 0, 2, 0.5], np.float32)
    return Question("q", unit_rows(4, seed=99).vectors, weights, ("a", "b", "c", "d"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[SidecarFolder]:
    """Three documents of five pages; the last page of each has no rows, the first no context."""
    with closing(SidecarFolder(tmp_path / "sidecar", dim=DIM)) as made:
        for n in range(3):
            append(made, n)
        yield made


def append(folder: SidecarFolder, n: int) -> None:
    pages = {p: unit_rows(20 + p, seed=10 * n + p) for p in range(1, N_PAGES)}
    context = unit_rows(n, seed=99)  # says what the question asks
    folder.append(UUID(int=n), {0: context, **pages, N_PAGES: unit_rows(0)}.items())


def page_slots(view: SidecarView) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The slots of all pages of the generations that the view has."""
    found = [np.arange(s.context + 1, s.context + 1 + s.n_pages) for s in view.slots.values()]
    return np.concatenate(found)


def truth(view: SidecarView, question: Question) -> Float32:
    return maxsim(
        question,
        [view.vectors(int(slot)) for slot in page_slots(view)],
        contexts=[view.vectors(slots.context) for slots in view.slots.values()],
        owner=np.repeat(np.arange(len(view.slots)), N_PAGES).tolist(),
    )


def scored(device: DeviceRows, view: SidecarView, question: Question) -> Float32:
    return device.scores(view, question, page_slots(view))


@pytest.mark.parametrize("chunk_bytes", [1, CHUNK, 1 << 20])
@pytest.mark.parametrize("max_bytes", [0, 2 * CHUNK, ROOM])
def test_scores_are_those_of_maxsim_whatever_fits_on_the_device(
    scorer: Scorer, folder: SidecarFolder, question: Question, chunk_bytes: int, max_bytes: int
) -> None:
    device = scorer.open(max_bytes=max_bytes, chunk_bytes=chunk_bytes)

    found = scored(device, folder.view, question)

    scorer.check(found, truth(folder.view, question))
    assert device.resident_bytes <= max_bytes
    assert device.resident_bytes or max_bytes < ROOM


def test_a_short_page_that_points_away_keeps_its_negative_score(
    scorer: Scorer, folder: SidecarFolder
) -> None:
    folder.keep_only(set())
    long, short = unit_rows(40, seed=1), unit_rows(1, seed=2)
    folder.append(UUID(int=1), {0: unit_rows(0), 1: long, 2: short}.items())
    away = Question("q", -short.vectors, np.ones(1, np.float32), ("a",))

    slots = np.array([folder.view.slot(UUID(int=1), page) for page in (1, 2)])
    found = scorer.open(chunk_bytes=1 << 20).scores(folder.view, away, slots)

    assert found[1] == pytest.approx(-1, abs=1e-3)


def test_a_score_has_the_same_bytes_whatever_else_is_selected(
    scorer: Scorer, folder: SidecarFolder, question: Question
) -> None:
    device = scorer.open()
    slots = page_slots(folder.view)
    together = device.scores(folder.view, question, slots)

    for place, slot in enumerate(slots):
        alone = device.scores(folder.view, question, np.array([slot]))
        assert alone.tobytes() == together[place : place + 1].tobytes()


def test_pages_that_are_added_or_forgotten_are_followed(
    scorer: Scorer, folder: SidecarFolder, question: Question
) -> None:
    device = scorer.open()
    scored(device, folder.view, question)

    append(folder, 3)
    scorer.check(scored(device, folder.view, question), truth(folder.view, question))

    folder.keep_only({UUID(int=3), UUID(int=1)}, min_dead_bytes=0)
    append(folder, 4)
    scorer.check(scored(device, folder.view, question), truth(folder.view, question))


def test_generations_that_moved_to_the_front_are_brought_again(
    scorer: Scorer, folder: SidecarFolder, question: Question
) -> None:
    device = scorer.open(chunk_bytes=1)
    scored(device, folder.view, question)

    folder.keep_only({UUID(int=2)}, min_dead_bytes=0)
    for n in (5, 6):
        append(folder, n)

    assert folder.view.slots[UUID(int=2)].context == 0
    scorer.check(scored(device, folder.view, question), truth(folder.view, question))


def test_a_block_may_end_inside_a_chunk(
    scorer: Scorer, folder: SidecarFolder, question: Question
) -> None:
    pages = {p: unit_rows(BLOCK_ROWS // 3, seed=p) for p in range(1, N_PAGES + 1)}
    folder.append(UUID(int=9), {0: unit_rows(1), **pages}.items())

    found = scored(scorer.open(chunk_bytes=ROOM), folder.view, question)

    scorer.check(found, truth(folder.view, question))


def test_a_question_whose_tokens_weigh_nothing_scores_zero(
    scorer: Scorer, folder: SidecarFolder
) -> None:
    silent = Question("q", unit_rows(1).vectors, np.zeros(1, np.float32), ("a",))

    assert not scored(scorer.open(), folder.view, silent).any()
