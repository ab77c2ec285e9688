from concurrent.futures import ThreadPoolExecutor

import torch

from index.encoders.lone_threads import lone_threads


def test_lone_threads_use_no_others_and_change_nobody_elses_number() -> None:
    usual = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        with lone_threads(2) as lone, ThreadPoolExecutor(1) as begun_later:
            numbers = [lone.submit(torch.get_num_threads) for _ in range(6)]
            assert {one.result() for one in numbers} == {1}
            assert torch.get_num_threads() == 3
            assert begun_later.submit(torch.get_num_threads).result() == 3
    finally:
        torch.set_num_threads(usual)
