import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from index.records import Float32, Question
from retrieval.cuda import BLOCK_ROWS, DeviceRows, GpuKernel, find_gpu_kernel
from retrieval.maxsim import maxsim
from retrieval.sidecar.folder import SidecarFolder
from retrieval.sidecar.view import SidecarView
from tests.conftest import unit_rows
from tests.devices import DEVICES

ROOT = Path(__file__).parents[2]
# A Python with late-interaction-kernels, Triton and a NumPy that its interpreter knows (below 2.4
# for Triton 3.6), which are not to be had beside the NumPy of the service.
GPU_PYTHON = os.environ.get("PAGESIGHT_TEST_GPU_PYTHON", sys.executable)  # noqa: TID251  a test's own switch
N_PAGES, DIM = 5, 16
KERNELS: dict[GpuKernel, float] = {"torch": 1e-5, "triton": 5e-3}  # and how far a score may be off
ROOM, CHUNK = 1 << 30, 2 * DIM * 60  # bytes; a chunk is full with 60 rows
INTERPRETED = """
import sys
from pathlib import Path
from uuid import UUID

import numpy as np
from late_interaction_kernels import varlen

from index.records import Question, Rows
from retrieval.cuda import DeviceRows
from retrieval.maxsim import maxsim
from retrieval.sidecar.folder import SidecarFolder

varlen._varlen_fwd_kernel.configs = varlen._varlen_fwd_kernel.configs[:1]  # nothing to time
rng = np.random.default_rng(0)

def unit(n):
    rows = rng.standard_normal((n, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)

def page(n):
    return Rows(unit(n), np.zeros((n, 4), np.float32), np.ones(n, np.uint8))

folder = SidecarFolder(Path(sys.argv[1]), dim=16)
folder.append(UUID(int=1), {0: page(2), 1: page(1), 2: page(70), 3: page(0), 4: page(33)}.items())
folder.close()
question = Question("q", -unit(3), np.array([1, 2, 0.5], np.float32), ("a", "b", "c"))
device = DeviceRows("cpu", max_bytes=1 << 30, kernel="triton")
view, slots = folder.view, np.arange(1, 5)
found = device.scores(view, question, slots)
pages, contexts = [view.vectors(slot) for slot in slots], [view.vectors(0)]
truth = maxsim(question, pages, contexts=contexts, owner=[0] * 4)
assert np.isneginf(found[2]) and np.isneginf(truth[2])
np.testing.assert_allclose(found, truth, atol=5e-3)
print("scored", len(found))
"""


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
        if kernel in ("torch", find_gpu_kernel(device))
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


def test_a_processor_is_never_given_the_triton_kernel() -> None:
    assert find_gpu_kernel("cpu") == "torch"


def test_the_triton_kernel_agrees_with_maxsim_where_it_can_be_interpreted(tmp_path: Path) -> None:
    probe = "import late_interaction_kernels, numpy, torch; print(numpy.__version__)"
    found = subprocess.run(  # noqa: S603  a fixed program
        [GPU_PYTHON, "-c", probe], capture_output=True, text=True, check=False
    )
    if found.returncode or tuple(map(int, found.stdout.split(".")[:2])) >= (2, 4):
        pytest.skip("PAGESIGHT_TEST_GPU_PYTHON has no late-interaction-kernels with NumPy < 2.4")

    ran = subprocess.run(  # noqa: S603  likewise
        [GPU_PYTHON, "-c", INTERPRETED, str(tmp_path / "sidecar")],
        env={"TRITON_INTERPRET": "1", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stdout.strip() == "scored 4", ran.stderr
