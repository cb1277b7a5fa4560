"""What changed, in the reader's words and in the order that matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.advice import Advice
from ai.change import ChangeKind, Comparison, FindingChange, LesionChange
from ai.findings import Composition
from ai.series import Notice
from ai.vocabulary import abnormality
from tests.support.readings import analysis_of, grid_of, scan_of, series_of, shift
from viewer.state.change_key import key_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.verdict import Verdict
from viewer.widgets.change_row import ChangeRow
from viewer.widgets.change_words import (
    WORDS,
    by_weight,
    diameter_words,
    doubling_words,
    kind_words,
    obscured_words,
    size_words,
    title_words,
)
from viewer.widgets.changes_panel import ChangesPanel
from viewer.widgets.instance_row import volume

GRID = scan_of().volume.grid
PRESENT, ABSENT = analysis_of(GRID, nodule=3.0, emphysema=-3.0).findings
LESION = PRESENT.lesions[0]
NODULE, EMPHYSEMA = PRESENT.abnormality, abnormality("emphysema")


def lesion_change(kind: ChangeKind, then: float | None, now: float | None, left: float = 0.0) -> LesionChange:
    """A change of a lesion of that many mm³ then and now, displaced to the left."""
    here = replace(LESION, centre=LESION.centre.moved(left=left))
    prior = () if then is None else (replace(here, volume_mm3=then),)
    current = () if now is None else (replace(here, volume_mm3=now, diameters_mm=(14.0, 12.0)),)
    both = None if then is None or now is None else now / then - 1
    return LesionChange(NODULE, kind, prior, current, both, 90.0 if both is not None and both > 0 else None)


NEW, SMALL_NEW = lesion_change(ChangeKind.NEW, None, 900.0), lesion_change(ChangeKind.NEW, None, 90.0, 4.0)
GROWN = lesion_change(ChangeKind.GROWN, 520.0, 1040.0, 8.0)
SHRUNK = lesion_change(ChangeKind.SHRUNK, 520.0, 260.0, -4.0)
GONE = lesion_change(ChangeKind.GONE, 520.0, None, -8.0)
STABLE = lesion_change(ChangeKind.STABLE, 520.0, 530.0, 2.0)
DIFFUSE = FindingChange(EMPHYSEMA, None, replace(PRESENT, abnormality=EMPHYSEMA, lesions=()), ChangeKind.NEW)
COMPARISON = Comparison(shift(), (STABLE, GONE, SHRUNK, SMALL_NEW, GROWN, NEW), (DIFFUSE,), 100)


def test_a_grown_lesion_says_volumes_diameters_change_and_doubling() -> None:
    assert size_words(GROWN) == "520 mm³ → 1040 mm³  +100 %"
    assert diameter_words(GROWN) == "10.0 → 13.0 mm mean diameter"
    assert doubling_words(GROWN) == "volume doubles in 90 days"
    assert title_words(GROWN) == "Nodule · right upper"


def test_a_shrunk_lesion_has_a_true_minus_and_no_doubling() -> None:
    assert (size_words(SHRUNK), doubling_words(SHRUNK)) == ("520 mm³ → 260 mm³  −50 %", "")


def test_a_new_and_a_resolved_lesion_have_nothing_on_the_other_side() -> None:
    assert (size_words(NEW), diameter_words(NEW)) == ("– → 900 mm³", "– → 13.0 mm mean diameter")
    assert (size_words(GONE), diameter_words(GONE)) == ("520 mm³ → –", "10.0 → – mm mean diameter")


def test_what_may_be_hidden_is_a_question_and_comes_after_what_is_sure() -> None:
    hidden, before = replace(GONE, obscured=True), replace(NEW, obscured=True)
    assert (kind_words(GONE), kind_words(hidden), kind_words(before)) == ("resolved", "resolved?", "new?")
    assert obscured_words(hidden) == "The current scan is as dense there: it may lie hidden"
    assert obscured_words(before) == "The prior is as dense there: it may lie hidden"
    assert obscured_words(GONE) == ""
    doubtful = replace(COMPARISON, lesions=(STABLE, hidden, before, SHRUNK))
    assert by_weight(doubtful) == (DIFFUSE, SHRUNK, before, hidden, STABLE)


def test_what_spreads_says_its_probabilities() -> None:
    assert (title_words(DIFFUSE), size_words(DIFFUSE), diameter_words(DIFFUSE)) == ("Emphysema", "– → 0.953", "")


def test_new_and_grown_come_first_then_smaller_and_resolved_then_unchanged() -> None:
    assert by_weight(COMPARISON) == (NEW, SMALL_NEW, DIFFUSE, GROWN, SHRUNK, GONE, STABLE)


def test_a_finding_that_its_lesions_tell_is_no_row_of_its_own() -> None:
    nodule = FindingChange(NODULE, PRESENT, PRESENT, ChangeKind.GROWN)
    below = FindingChange(EMPHYSEMA, ABSENT, ABSENT, ChangeKind.STABLE)
    assert by_weight(replace(COMPARISON, lesions=(GROWN,), findings=(nodule, below))) == (GROWN,)


def test_large_volumes_are_millilitres() -> None:
    assert volume(25_400.0) == "25 ml"


@pytest.fixture
def reading() -> Reading:
    """Return a reading whose two scans were compared."""
    made, grid = Reading(), grid_of()
    for role, day in ((Role.PRIOR, date(2024, 1, 1)), (Role.CURRENT, date(2024, 4, 10))):
        scan = scan_of(grid)
        made.scans[role].complete(replace(scan, series=series_of(grid, role.value, day)))
    made.comparison.settle(shift(superior=3.0))
    made.comparison.show(COMPARISON)
    return made


@pytest.fixture
def panel(qtbot: QtBot, reading: Reading) -> ChangesPanel:
    """Return the panel, shown."""
    made = ChangesPanel(reading)
    qtbot.addWidget(made)
    made.resize(340, 700)
    made.show()
    return made


def test_it_says_what_it_waits_for(qtbot: QtBot, reading: Reading) -> None:
    """First the registration, then whichever analysis is missing, then the map of breathing."""
    reading.comparison.clear()
    made = ChangesPanel(reading)
    qtbot.addWidget(made)
    steps: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: None, "Registering …"),
        (lambda: reading.comparison.register(shift()), "Waits for the analysis of both scans …"),
        (
            lambda: reading.findings[Role.CURRENT].show(analysis_of(GRID, nodule=3.0)),
            "Waits for the analysis of the prior scan …",
        ),
        (
            lambda: reading.findings[Role.PRIOR].show(analysis_of(GRID, nodule=3.0)),
            "Waits for the deformable registration …",
        ),
        (lambda: reading.comparison.settle(shift()), "Comparing …"),
    )
    for happens, said in steps:
        happens()
        assert made.told.text() == said


def test_what_to_be_careful_about_stands_above_the_changes(qtbot: QtBot, panel: ChangesPanel, reading: Reading) -> None:
    assert panel.cautions == []
    said = Notice("The kernels differ."), Notice("Two models spoke.", grave=True)
    reading.comparison.show(replace(COMPARISON, notices=said))
    assert [caution.text() for caution in panel.cautions] == [notice.text for notice in said]
    assert [caution.property("grave") for caution in panel.cautions] == [False, True]
    first = panel.rows[key_of(NEW)]
    qtbot.waitUntil(lambda: all(caution.isVisible() and caution.y() < first.y() for caution in panel.cautions))
    reading.comparison.show(COMPARISON)
    assert panel.cautions == []


def test_the_unchanged_is_folded_away(panel: ChangesPanel) -> None:
    visible = [key for key, row in panel.rows.items() if row.isVisible()]
    assert visible == [key_of(change) for change in (NEW, SMALL_NEW, DIFFUSE, GROWN, SHRUNK, GONE)]
    panel.fold.click()
    assert panel.rows[key_of(STABLE)].isVisible()


def test_a_click_goes_there_in_both_scans_and_draws_the_trend(panel: ChangesPanel, reading: Reading) -> None:
    assert not panel.trend.isVisible()
    QTest.mouseClick(panel.rows[key_of(GROWN)], Qt.MouseButton.LeftButton)
    assert GROWN.prior is not None
    assert reading.panes[Role.PRIOR].value.crosshair.distance_mm(GROWN.prior.centre) < 0.01
    assert reading.panes[Role.CURRENT].value.crosshair.distance_mm(GROWN.prior.centre) < 0.01
    assert panel.trend.isVisible()
    points = panel.trend.points
    assert [(p.label, p.volume_mm3) for p in points] == [("2024-01-01", 520.0), ("2024-04-10", 1040.0)]
    assert points[1].day - points[0].day == 100
    assert panel.rows[key_of(GROWN)].property("selected")


def test_accept_and_reject_are_the_readers_and_can_be_taken_back(panel: ChangesPanel, reading: Reading) -> None:
    row, key = panel.rows[key_of(NEW)], key_of(NEW)
    seen = []
    for button in (row.reject, row.accept, row.accept):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        seen.append(reading.comparison.value.verdict(key))
    assert seen == [Verdict.REJECTED, Verdict.ACCEPTED, Verdict.OPEN]
    assert reading.comparison.value.selected is None


def test_closing_the_prior_empties_the_list(panel: ChangesPanel, reading: Reading) -> None:
    reading.comparison.clear()
    assert panel.rows == {}
    assert not panel.trend.isVisible()


def test_a_merger_says_all_parts_and_their_sum() -> None:
    parts = tuple(replace(LESION, volume_mm3=mm3, diameters_mm=(d, d)) for mm3, d in ((520.0, 10.0), (110.0, 6.0)))
    whole = (replace(LESION, volume_mm3=1260.0, diameters_mm=(14.0, 12.0)),)
    merged = LesionChange(NODULE, ChangeKind.MERGED, parts, whole, 1.0)
    assert size_words(merged) == "520 mm³ + 110 mm³ → 1260 mm³  +100 %"
    assert diameter_words(merged) == "10.0 + 6.0 → 13.0 mm mean diameter"
    assert WORDS[merged.kind] == "merged"


def test_a_row_says_composition_mass_category_and_second_look(qtbot: QtBot) -> None:
    then = replace(LESION, composition=Composition.GROUND_GLASS, second_look=True)
    now = replace(LESION, composition=Composition.PART_SOLID, solid_mm=4.2)
    given = Advice("Lung-RADS v2022", "4B", "tissue sampling", "The solid part is new.", "ACR")
    withheld = Advice("Fleischner 2017", "", "", "Slices of 2.5 mm are too thick.", "MacMahon 2017")
    change = LesionChange(NODULE, ChangeKind.GROWN, (then,), (now,), 0.3, 200.0, 0.6, 140.0, (given, withheld))
    row = ChangeRow(change)
    qtbot.addWidget(row)
    said = " | ".join(row.words())
    assert "ground-glass → part-solid (solid 4.2 mm)" in said
    assert "mass +60 %" in said
    assert "Lung-RADS v2022: 4B" in said and "Fleischner" not in said
    assert "Found on second look in the prior" in said
    assert "too thick" in row.toolTip() and "The solid part is new." in row.toolTip()
