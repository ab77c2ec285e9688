"""The forward pass is an argument: here a function that notes what it was given."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from index.devices import is_cuda_available
from index.encoders.visual.lanes import Inputs, Lanes
from index.errors import EncoderOutOfMemory, EncoderUnavailable
from index.records import Float32

torch = pytest.importorskip("torch")


class Model:
    """Returns its token ids as rows, and can be held at its first pass."""

    def __init__(self, *, held: bool = False, fits: int = 99) -> None:
        self.passes: list[list[int]] = []
        self.started, self.go_on = threading.Event(), threading.Event()
        self.fits = fits
        if not held:
            self.go_on.set()

    def __call__(self, inputs: Inputs) -> Float32:
        ids = np.asarray(inputs["input_ids"])
        self.passes.append(ids[:, 0].tolist())
        self.started.set()
        assert self.go_on.wait(30)
        if len(ids) > self.fits:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        if (ids == 13).any():
            raise ValueError("thirteen")
        return np.asarray(ids[:, :, None], np.float32)


def work(first: int, *, n: int = 1, length: int = 3, pixels: int = 0) -> Inputs:
    ids = torch.arange(first, first + n)[:, None].repeat(1, length)
    return {"input_ids": ids} | ({"pixel_values": torch.zeros(n, pixels)} if pixels else {})


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as opened:
        yield opened


def waiting(
    pool: ThreadPoolExecutor, lanes: Lanes, lane: str, inputs: Inputs, n: int
) -> "Future[Float32]":
    """Hand work in, and return when `n` jobs wait in its lane."""
    made = pool.submit(lanes.read_question if lane == "questions" else lanes.read_pages, inputs)
    jobs = (lanes._questions if lane == "questions" else lanes._pages).jobs  # noqa: SLF001  to know that it waits
    while len(jobs) < n:
        threading.Event().wait(0.001)
    return made


def held(pool: ThreadPoolExecutor, model: Model, lanes: Lanes) -> "Future[Float32]":
    made = pool.submit(lanes.read_pages, work(1, pixels=4))
    assert model.started.wait(30)
    return made


def test_a_question_goes_before_pages_that_waited_longer(pool: ThreadPoolExecutor) -> None:
    model = Model(held=True)
    lanes = Lanes(model, max_pixels=0)
    held(pool, model, lanes)
    page = waiting(pool, lanes, "pages", work(2, pixels=4), 1)
    asked = waiting(pool, lanes, "questions", work(3), 1)
    model.go_on.set()
    assert page.result()[0, 0, 0] == 2
    assert asked.result()[0, 0, 0] == 3
    assert model.passes == [[1], [3], [2]]


def test_questions_share_a_pass_only_at_one_length(pool: ThreadPoolExecutor) -> None:
    model = Model(held=True)
    lanes = Lanes(model, max_pixels=0)
    held(pool, model, lanes)
    lengths = [3, 5, 3]
    asked = [
        waiting(pool, lanes, "questions", work(10 + n, length=length), n + 1)
        for n, length in enumerate(lengths)
    ]
    model.go_on.set()
    assert [one.result().shape for one in asked] == [(1, length, 1) for length in lengths]
    assert model.passes == [[1], [10, 12], [11]]


def test_pages_share_a_pass_up_to_the_pixel_budget(pool: ThreadPoolExecutor) -> None:
    model = Model(held=True)
    lanes = Lanes(model, max_pixels=8)
    held(pool, model, lanes)
    pages = [waiting(pool, lanes, "pages", work(n, pixels=4), n - 1) for n in (2, 3, 4)]
    model.go_on.set()
    assert [int(page.result()[0, 0, 0]) for page in pages] == [2, 3, 4]
    assert model.passes == [[1], [2, 3], [4]]


def test_a_pass_that_does_not_fit_is_halved_and_the_size_remembered() -> None:
    model = Model(fits=2)
    lanes = Lanes(model, max_pixels=0)
    assert lanes.read_pages(work(20, n=4))[:, 0, 0].tolist() == [20, 21, 22, 23]
    lanes.read_pages(work(30, n=4))
    assert model.passes == [[20, 21, 22, 23], [20, 21], [22, 23], [30, 31], [32, 33]]


@pytest.mark.skipif(not is_cuda_available(), reason="needs a GPU")
def test_a_pass_that_a_gpu_has_no_memory_for_is_halved() -> None:
    free, _ = torch.cuda.mem_get_info()
    model = Model()

    def hungry(inputs: Inputs) -> Float32:
        torch.empty(len(inputs["input_ids"]) * free // 3, dtype=torch.uint8, device="cuda")
        return model(inputs)

    assert len(Lanes(hungry, max_pixels=0).read_pages(work(20, n=4))) == 4
    assert model.passes == [[20, 21], [22, 23]]


def test_an_input_that_does_not_fit_alone_is_refused() -> None:
    with pytest.raises(EncoderOutOfMemory, match=r"one input does not fit.*2\.00 GiB"):
        Lanes(Model(fits=0), max_pixels=0).read_question(work(1, n=2))


def test_an_error_reaches_only_the_caller_whose_work_made_it(pool: ThreadPoolExecutor) -> None:
    model = Model(held=True)
    lanes = Lanes(model, max_pixels=0)
    held(pool, model, lanes)
    bad = waiting(pool, lanes, "questions", work(13), 1)
    good = waiting(pool, lanes, "questions", work(14), 2)
    model.go_on.set()
    assert good.result()[0, 0, 0] == 14
    with pytest.raises(ValueError, match="thirteen"):
        bad.result()


def test_a_full_lane_refuses_after_a_while(pool: ThreadPoolExecutor) -> None:
    model = Model(held=True)
    lanes = Lanes(model, max_pixels=0, max_waiting=1, timeout_s=0.01)
    held(pool, model, lanes)
    page = waiting(pool, lanes, "pages", work(2), 1)
    with pytest.raises(EncoderUnavailable, match="1 calls wait"):
        lanes.read_pages(work(3))
    model.go_on.set()
    assert page.result()[0, 0, 0] == 2


def test_closing_refuses_what_waits_and_what_comes_later(pool: ThreadPoolExecutor) -> None:
    model = Model(held=True)
    lanes = Lanes(model, max_pixels=0)
    running = held(pool, model, lanes)
    page = waiting(pool, lanes, "pages", work(2), 1)
    closing = pool.submit(lanes.close)
    with pytest.raises(EncoderUnavailable, match="closed"):
        page.result()
    model.go_on.set()
    closing.result()
    assert running.result()[0, 0, 0] == 1
    with pytest.raises(EncoderUnavailable, match="closed"):
        lanes.read_question(work(3))
