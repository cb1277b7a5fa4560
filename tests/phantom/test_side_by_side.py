"""Work done in several processes is the same work."""

from __future__ import annotations

from functools import partial

import pytest

from ai.phantom.side_by_side import side_by_side


@pytest.mark.parametrize("workers", [1, 2])
def test_every_part_is_done_once(workers: int) -> None:
    assert sorted(side_by_side(partial(pow, 2), [1, 2, 3, 4], workers)) == [2, 4, 8, 16]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_reaches_who_asked(workers: int) -> None:
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(partial(divmod, 1), [1, 0], workers))


def test_nothing_to_do_is_nothing() -> None:
    assert list(side_by_side(partial(pow, 2), [], 1)) == []
