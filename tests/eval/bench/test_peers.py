from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from eval.bench.collection import BenchCollection
from eval.bench.measuring import Engine
from eval.bench.peers import PEERS, Peer, PeerData, open_peers, row_means

N_PAGES = 120


@pytest.mark.parametrize(
    "peer",
    [
        pytest.param(
            peer,
            id=peer.name,
            marks=pytest.mark.skipif(
                find_spec(peer.module) is None, reason=f"{peer.name} is not installed"
            ),
        )
        for peer in PEERS
    ],
)
def test_a_peer_finds_the_truth(peer: Peer, collection: BenchCollection, tmp_path: Path) -> None:
    (tmp_path / "peer").mkdir()
    engines = list(open_peers([peer], PeerData(collection.float32, tmp_path / "peer", 1)))

    for engine in engines:
        assert isinstance(engine, Engine)
        found = engine.find(collection.questions)
        for mine, truth in zip(found, collection.truth(N_PAGES, 10), strict=True):
            assert set(mine[:5].tolist()) <= set(truth.tolist()), engine.name
    assert engines


def test_a_peer_that_is_not_installed_is_left_out_in_one_line(tmp_path: Path) -> None:
    nothing = np.empty((1, 7, 4), np.float32)
    absent = Peer("fast-nothing", "fast_nothing", lambda _: [])

    assert list(open_peers([absent], PeerData(nothing, tmp_path, 1))) == [
        "fast-nothing is not installed and left out: pip install '.[bench]'"
    ]


# a grid of 2 x 2 patches, row by row, then the six rows of the prompt; (3, 0) and (0, 4) have the
# mean (1.5, 2), of length 2.5
def test_rows_of_patches_are_pooled_to_unit_length_and_those_of_the_prompt_stay() -> None:
    rows = np.array([[3, 0], [0, 4], [0, 2], [0, 4], *([[9, 9]] * 6)], np.float32)

    pooled = row_means(rows)

    assert pooled[:2] == pytest.approx(np.array([[0.6, 0.8], [0, 1]]))
    assert pooled[2:].tolist() == [[9, 9]] * 6
