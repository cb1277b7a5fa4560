"""The models introduced to each other."""

from dataclasses import replace

from tests.support.readings import WINDOW, analysis_of, scan_of
from viewer.mpr.plane import Plane
from viewer.state.pane_model import LUNG
from viewer.state.reading import Reading, opening_window
from viewer.state.role import Role


def opened() -> Reading:
    """Return a reading with a current scan."""
    reading = Reading()
    reading.scans[Role.CURRENT].complete(scan_of())
    return reading


def test_a_new_scan_is_looked_at_from_its_middle() -> None:
    reading = opened()
    assert reading.slice_looked_at(Role.CURRENT) == 6


def test_completing_a_scan_does_not_move_the_reader() -> None:
    reading, scan = Reading(), scan_of()
    reading.scans[Role.CURRENT].begin(scan.series, scan.volume, ())
    reading.linked.step(Role.CURRENT, Plane.AXIAL, 3)
    reading.scans[Role.CURRENT].complete(scan)
    assert reading.slice_looked_at(Role.CURRENT) == 9


def test_findings_offer_their_heat_but_it_stays_off() -> None:
    reading = opened()
    grid = scan_of().volume.grid
    reading.findings[Role.CURRENT].show(analysis_of(grid, nodule=2.0, mass=-2.0))
    overlay = reading.panes[Role.CURRENT].value.overlay
    assert overlay.abnormalities == {"nodule"}
    assert not overlay.shown


def test_going_to_a_finding_puts_the_crosshair_on_its_strongest_peak() -> None:
    reading = opened()
    analysis = analysis_of(scan_of().volume.grid, nodule=2.0, mass=3.0)
    reading.findings[Role.CURRENT].show(analysis)
    reading.go_to_neighbour(Role.CURRENT, 1)
    assert reading.panes[Role.CURRENT].value.crosshair == analysis.findings[0].peaks[0].position
    assert reading.findings[Role.CURRENT].value.selected == "mass"


def test_the_prior_is_hung_with_the_window_of_the_current() -> None:
    reading = opened()
    reading.linked.use_window(Role.CURRENT, replace(LUNG, width_hu=1234))
    reading.scans[Role.PRIOR].complete(scan_of(uid="9"))
    assert reading.panes[Role.PRIOR].value.window.width_hu == 1234
    reading.close_prior()
    assert not reading.linked.paired


def test_the_files_own_window_is_the_first_one() -> None:
    series = scan_of().series
    assert opening_window(series) == LUNG
    assert opening_window(replace(series, windows=(WINDOW,))).level_hu == 40
