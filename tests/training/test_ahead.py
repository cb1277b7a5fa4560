"""Reading ahead: in order, before it is asked for, and what goes wrong goes wrong where it is asked for."""

from __future__ import annotations

import threading
import time
from itertools import islice

import pytest

from ai.training.ahead import Ahead


def test_steps_come_in_their_order_whichever_thread_is_faster() -> None:
    def slow_if_even(step: int) -> int:
        time.sleep(0.02 if step % 2 == 0 else 0.0)
        return step

    with Ahead(slow_if_even, first=5, threads=4) as items:
        assert list(islice(items, 9)) == list(range(5, 14))


def test_the_next_steps_are_made_before_they_are_asked_for() -> None:
    third = threading.Event()

    def make(step: int) -> int:
        if step == 2:
            third.set()
        return step

    with Ahead(make, ahead=2) as items:
        assert items.take() == 0
        assert third.wait(10)


def test_what_goes_wrong_is_raised_at_its_step() -> None:
    def make(step: int) -> int:
        if step == 1:
            raise ValueError("step 1")
        return step

    with Ahead(make) as items:
        assert items.take() == 0
        with pytest.raises(ValueError, match="step 1"):
            items.take()
