"""Scores of several questions at once; the sums of plain NumPy are the truth."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.records import Float32
from retrieval.cuda.kernels import GpuKernel, Stretches, find_gpu_kernel, most_tokens, passes, score
from retrieval.sidecar.view import ends
from tests.conftest import unit_rows
from tests.devices import DEVICES, HAS_CUDA, HAS_TRITON

torch = pytest.importorskip("torch")

LENGTHS = [3, 0, 70, 64, 128, 1, 100]
EVERY_KERNEL = pytest.mark.parametrize(
    ("device", "kernel"),
    [
        *((device, "torch") for device in DEVICES),
        pytest.param(
            DEVICES[-1],
            "triton",
            marks=pytest.mark.skipif(not HAS_TRITON, reason="needs: pip install triton"),
        ),
    ],
)


def questions(*n_tokens: int, dim: int) -> list[Float32]:
    return [unit_rows(n, dim, seed=n).vectors for n in n_tokens]


def half_rows(lengths: Sequence[int], dim: int) -> list[np.ndarray[tuple[int, int], np.dtype]]:
    return [unit_rows(n, dim, seed=50 + n).vectors.astype(np.float16) for n in lengths]


def on_device(stretches: Sequence[np.ndarray], device: str) -> Stretches:
    rows = torch.from_numpy(np.concatenate(stretches)).to(device)
    lengths = np.array([len(one) for one in stretches])
    offsets = ends(lengths)
    addresses = rows.data_ptr() + torch.from_numpy(offsets[:-1]) * 2 * rows.shape[1]
    return Stretches(
        rows, offsets, addresses.to(device), torch.from_numpy(lengths.astype(np.int32)).to(device)
    )


def truth(asked: Sequence[Float32], stretches: Sequence[np.ndarray]) -> Float32:
    return np.array(
        [
            [
                (tokens @ rows.astype(np.float32).T).max(axis=1).sum() if len(rows) else -np.inf
                for rows in stretches
            ]
            for tokens in asked
        ],
        np.float32,
    )


@EVERY_KERNEL
@pytest.mark.parametrize("dim", [16, 20, 128, 192, 320, 528])
@pytest.mark.parametrize("n_tokens", [(24,), (3, 24, 9), (150, 1), (40,) * 7])
def test_every_question_gets_its_own_scores(
    device: str, kernel: GpuKernel, dim: int, n_tokens: tuple[int, ...]
) -> None:
    asked, stretches = questions(*n_tokens, dim=dim), half_rows(LENGTHS, dim)
    held = [on_device(stretches[:4], device), on_device(stretches[4:], device)]

    found = score(kernel, asked, held, device)

    np.testing.assert_allclose(found, truth(asked, stretches), atol=5e-3)


@EVERY_KERNEL
def test_a_question_that_points_away_from_all_rows_keeps_its_negative_score(
    device: str, kernel: GpuKernel
) -> None:
    rows = half_rows([5, 65], 16)
    rows[0][:], rows[1][:] = rows[0][0], rows[0][0]
    away = -rows[0][:1].astype(np.float32)

    found = score(kernel, [away], [on_device(rows, device)], device)

    np.testing.assert_allclose(found, [[-1, -1]], atol=5e-3)


@pytest.mark.parametrize("dim", [16, 128, 192, 320, 768])
def test_every_token_has_its_place_in_exactly_one_pass(dim: int) -> None:
    asked = questions(5, 300, 17, 1, dim=dim)
    found: list[list[Float32]] = [[] for _ in asked]

    for one in passes(asked):
        assert len(one.tokens) <= most_tokens(dim)
        assert len(one.owners) <= one.n_places
        places = one.tokens.reshape(one.n_places, one.width, dim)
        for owner, place in zip(one.owners, places, strict=False):
            found[owner] += [token for token in place if token.any()]
        assert not places[len(one.owners) :].any()

    for tokens, seen in zip(asked, found, strict=True):
        np.testing.assert_array_equal(np.array(seen), tokens)


def test_questions_of_the_usual_length_share_a_pass() -> None:
    assert [one.owners for one in passes(questions(24, 30, 32, 20, 31, dim=128))] == [
        (0, 1, 2, 3),
        (4,),
    ]


def test_a_lone_question_takes_no_more_places_than_it_needs() -> None:
    assert [(one.n_places, one.width) for one in passes(questions(20, dim=128))] == [(1, 32)]


def test_a_processor_is_never_given_the_triton_kernel() -> None:
    assert find_gpu_kernel("cpu") == "torch"


@pytest.mark.skipif(not (HAS_TRITON and HAS_CUDA), reason="needs a GPU")
def test_triton_is_taken_where_its_launchers_can_be_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_gpu_kernel("cuda") == "torch"

    (tmp_path / "clang").touch(mode=0o755)
    assert find_gpu_kernel("cuda") == "triton"


@pytest.mark.skipif(HAS_CUDA, reason="there is a CUDA device here")
def test_without_a_gpu_nothing_is_asked_of_its_driver() -> None:
    assert find_gpu_kernel("cuda") == "torch"
