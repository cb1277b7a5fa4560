"""The models introduced to each other."""

from dataclasses import replace

from ai.findings import Setting
from tests.support.readings import WINDOW, analysis_of, scan_of, with_settings
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


def chosen(reading: Reading, role: Role = Role.CURRENT) -> frozenset[str]:
    """Return whose heat is drawn when the overlay is on."""
    return reading.panes[role].value.overlay.abnormalities


def test_only_the_strongest_is_offered_and_the_next_one_takes_its_place() -> None:
    reading = opened()
    reading.findings[Role.CURRENT].show(analysis_of(scan_of().volume.grid, nodule=2.0, mass=3.0, cyst=1.0))
    walked = [chosen(reading)]
    for _ in range(3):
        reading.go_to_neighbour(Role.CURRENT, 1)
        walked.append(chosen(reading))
    assert walked == [{"mass"}, {"mass"}, {"nodule"}, {"cyst"}]


def test_an_eye_the_reader_opened_stays_open_while_he_walks_on() -> None:
    reading = opened()
    reading.findings[Role.CURRENT].show(analysis_of(scan_of().volume.grid, nodule=2.0, mass=3.0, cyst=1.0))
    reading.panes[Role.CURRENT].toggle_heatmap("cyst")
    reading.go_to_neighbour(Role.CURRENT, 1)
    reading.go_to_neighbour(Role.CURRENT, 1)
    assert chosen(reading) == {"cyst", "nodule"}
    reading.panes[Role.CURRENT].toggle_heatmap("cyst")
    assert chosen(reading) == {"nodule"}


def test_where_every_eye_was_shut_the_switch_shows_the_finding_looked_at() -> None:
    reading = opened()
    reading.findings[Role.CURRENT].show(analysis_of(scan_of().volume.grid, nodule=2.0))
    reading.linked.toggle_overlay()
    reading.panes[Role.CURRENT].toggle_heatmap("nodule")
    assert not reading.panes[Role.CURRENT].value.overlay.shown
    reading.linked.toggle_overlay()
    assert (chosen(reading), reading.panes[Role.CURRENT].value.overlay.shown) == (frozenset({"nodule"}), True)


def test_both_scans_show_the_same_abnormality() -> None:
    reading = opened()
    reading.scans[Role.PRIOR].complete(scan_of(uid="9"))
    grid = scan_of().volume.grid
    reading.findings[Role.CURRENT].show(analysis_of(grid, nodule=2.0, mass=1.0))
    reading.findings[Role.PRIOR].show(analysis_of(grid, nodule=-2.0, mass=1.0))
    assert chosen(reading, Role.PRIOR) == {"nodule"}
    reading.go_to_neighbour(Role.PRIOR, 1)
    assert chosen(reading) == chosen(reading, Role.PRIOR) == {"mass"}


def test_a_setting_goes_to_both_scans_and_their_heat_follows() -> None:
    reading = opened()
    reading.scans[Role.PRIOR].complete(scan_of(uid="9"))
    grid = scan_of().volume.grid
    reading.findings[Role.CURRENT].show(with_settings(analysis_of(grid, nodule=-1.0, mass=-4.0)))
    reading.findings[Role.PRIOR].show(with_settings(analysis_of(grid, nodule=-4.0, mass=-4.0)))
    assert chosen(reading) == frozenset()
    reading.use_setting(Setting.SENSITIVE)
    assert chosen(reading) == chosen(reading, Role.PRIOR) == {"nodule"}
    reading.panes[Role.CURRENT].toggle_heatmap("mass")
    reading.next_setting()
    assert {found.value.setting for found in reading.findings.values()} == {Setting.BALANCED}
    assert chosen(reading) == {"mass"}
    assert chosen(reading, Role.PRIOR) == frozenset()


def test_an_instance_is_selected_with_its_finding_and_looked_at() -> None:
    reading = opened()
    reading.findings[Role.CURRENT].show(analysis_of(scan_of().volume.grid, nodule=2.0, mass=3.0))
    finding = reading.findings[Role.CURRENT].value.finding("nodule")
    assert finding is not None
    far = replace(finding.lesions[0], centre=scan_of().volume.grid.centre)
    reading.go_to_lesion(Role.CURRENT, finding, far)
    assert reading.panes[Role.CURRENT].value.crosshair == far.centre
    assert reading.findings[Role.CURRENT].value.selected == "nodule"


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
    reading.scans[Role.PRIOR].clear()
    assert not reading.linked.paired


def test_the_files_own_window_is_the_first_one() -> None:
    series = scan_of().series
    assert opening_window(series) == LUNG
    assert opening_window(replace(series, windows=(WINDOW,))).level_hu == 40
