"""Who is current and who is prior."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support.readings import Archive, scan_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.steps.open_paths import OpenPaths
from viewer.steps.open_scan import OpenScan

OLD, NEW, UNDATED, BOTH = Path("/old"), Path("/new"), Path("/undated"), Path("/both")


class Bench:
    """An OpenPaths over an archive in memory."""

    def __init__(self) -> None:
        old, new = scan_of(uid="old", taken_on=date(2020, 5, 1)), scan_of(uid="new", taken_on=date(2021, 5, 1))
        self.archive = Archive({OLD: [old], NEW: [new], UNDATED: [scan_of(uid="undated")], BOTH: [old, new]})
        self.reading = Reading()
        self.opens = {role: self.open_scan(role) for role in Role}
        self.step = OpenPaths(self.opens, self.reading.notices, self.archive.find_series)

    def open_scan(self, role: Role) -> OpenScan:
        """Make the step of one role."""
        reading, archive = self.reading, self.archive
        return OpenScan(role, reading.scans[role], reading.notices, lambda: 0, archive.find_series, archive.begin)

    def uid(self, role: Role) -> str | None:
        """Which scan a role shows, once it is whole."""
        shown = self.reading.scans[role].value
        return shown.series.uid if shown is not None and shown.whole else None


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench()
    yield made
    made.step.close()
    for step in made.opens.values():
        step.close()


@pytest.mark.parametrize(
    ("paths", "prior", "current_uid", "prior_uid"),
    [
        ([OLD], None, "old", None),
        ([OLD, NEW], None, "new", "old"),
        ([NEW, OLD], None, "new", "old"),
        ([UNDATED, NEW], None, "undated", "new"),
        ([BOTH], None, "new", "old"),
        ([OLD], NEW, "old", "new"),
        ([NEW, OLD, UNDATED], None, "new", "old"),
    ],
)
def test_the_later_scan_is_current_unless_the_prior_was_named(
    qtbot: QtBot, bench: Bench, paths: list[Path], prior: Path | None, current_uid: str, prior_uid: str | None
) -> None:
    bench.step.open(paths, prior)
    qtbot.waitUntil(lambda: bench.uid(Role.CURRENT) == current_uid and bench.uid(Role.PRIOR) == prior_uid)
    said = [s.text for s in bench.reading.notices.value]
    assert said == (["3 paths were named; the first two are opened."] if len(paths) == 3 else [])
