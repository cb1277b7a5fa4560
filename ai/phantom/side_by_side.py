"""Drawing in several processes: each takes a part of the work, on one core."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

import torch

Piece = TypeVar("Piece")


def side_by_side(work: Callable[[Piece], int], parts: Sequence[Piece], workers: int) -> Iterator[int]:
    """Do all parts and yield what each returned as it is done; 1 worker does them here, in their order.

    Args:
        work: a function of a module, or a ``functools.partial`` of one: it is sent to other processes.
        parts: of the work; nothing of them is begun any more once the caller stops asking.
        workers: processes.
    """
    if workers <= 1:
        yield from map(work, parts)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        futures = [pool.submit(work, part) for part in parts]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)
