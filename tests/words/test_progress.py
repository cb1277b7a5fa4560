"""How work speaks: quietly, or in parts of a longer work."""

from __future__ import annotations

import pytest

from ai.progress import QUIET, Cancelled, Part


class Heard:
    """Writes down every report."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str]] = []

    def report(self, fraction: float, doing: str) -> None:
        self.told.append((fraction, doing))


class Stopping:
    """Has been asked to stop."""

    def report(self, fraction: float, doing: str) -> None:
        raise Cancelled


def test_a_part_fills_its_stretch_of_the_whole() -> None:
    whole = Heard()
    part = Part(whole, 0.2, 0.6)
    part.report(0.0, "reading")
    part.report(0.5, "reading")
    part.report(1.0, "read")
    assert [doing for _, doing in whole.told] == ["reading", "reading", "read"]
    assert [fraction for fraction, _ in whole.told] == pytest.approx([0.2, 0.4, 0.6])


def test_parts_nest() -> None:
    whole = Heard()
    Part(Part(whole, 0.5, 1.0), 0.0, 0.5).report(1.0, "half of the second half")
    assert whole.told[0][0] == pytest.approx(0.75)


def test_a_wish_to_stop_passes_through_parts() -> None:
    with pytest.raises(Cancelled):
        Part(Part(Stopping(), 0, 1), 0, 1).report(0.1, "computing")


def test_quiet_never_stops_anybody() -> None:
    for n in range(3):
        QUIET.report(n / 2, "working")
