"""Reads ahead: what the next steps need is made while this one is learned from, and handed out in the steps' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Items of steps, made by threads before they are asked for.

    Steps are handed out in their order, whichever thread was faster; where ``make`` depends on the step's number alone,
    a run that is taken up at step n goes on as if it had never stopped. Decompressing leaves the interpreter's lock
    alone, so one thread beside the one that learns is enough on two cores.

    Args:
        make: number of a step → what it needs; called from threads, so it may not change anything shared. One thread
            calls it in the steps' order, and then it may keep a state of its own, such as a source of chance.
        first: number of the first step.
        ahead: how many steps are kept ready.
        threads: that make them.
    """

    def __init__(self, make: Callable[[int], T], first: int = 0, ahead: int = 3, threads: int = 1) -> None:
        self._make, self._next = make, first
        self._pool = ThreadPoolExecutor(threads, "reading ahead")
        self._waiting: deque[Future[T]] = deque()
        self._ahead = max(1, ahead)

    def __iter__(self) -> Iterator[T]:
        """Hand out one step's items after the other, without an end."""
        while True:
            yield self.take()

    def take(self) -> T:
        """Return what the next step needs; what ``make`` raised is raised here."""
        while len(self._waiting) <= self._ahead:
            self._waiting.append(self._pool.submit(self._make, self._next))
            self._next += 1
        return self._waiting.popleft().result()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        """Stop: what has not been begun is dropped, what has is waited for."""
        self._pool.shutdown(wait=True, cancel_futures=True)
