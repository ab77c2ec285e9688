"""Threads for work of a few milliseconds with torch, each of which uses no other.

The threads of an OpenMP team wait for each other many times in one pass of a model, and wait by
spinning. Where other work has the cores, each wait lasts until the scheduler comes round: a short
question then takes many times as long with two threads as with one.
"""

import threading
from concurrent.futures import ThreadPoolExecutor


def lone_threads(n: int) -> ThreadPoolExecutor:
    """Start `n` threads on which torch works alone; all others keep their number.

    torch keeps the number of a thread with the thread, but a thread's first call takes what any
    thread has set last: so each makes its first call before it sets its own, and what was set
    before is set again at the end.
    """
    import torch  # noqa: PLC0415  takes seconds, and asking for --help must not wait

    usual, all_set = torch.get_num_threads(), threading.Barrier(n + 1)

    def begin() -> None:
        torch.get_num_threads()
        torch.set_num_threads(1)
        all_set.wait()

    threads = ThreadPoolExecutor(n, thread_name_prefix="lone", initializer=begin)
    for _ in range(n):
        threads.submit(lambda: None)
    all_set.wait()
    torch.set_num_threads(usual)
    return threads
