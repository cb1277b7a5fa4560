"""Which studies were read for the lines of lesions, which wait, and which line is looked at."""

from __future__ import annotations

from datetime import date

from ai.timeline import LesionLine, LinePoint, OlderStudy, Sight, Timeline, TimelineStudy
from tests.support.readings import analysis_of, grid_of, series_of, shift
from viewer.state.timeline_model import TimelineModel, TimelineOnScreen

GRID = grid_of()
LESION = analysis_of(GRID, nodule=3.0).findings[0].lesions[0]
OTHER = analysis_of(GRID, mass=3.0, nodule=2.0).findings[1].lesions[0]
FIRST, SECOND = series_of(GRID, "1.1", date(2022, 1, 1)), series_of(GRID, "1.2", date(2023, 1, 1))
STUDY = TimelineStudy.of(FIRST)
KEPT = OlderStudy(STUDY, GRID, shift(), (), {})


def timeline() -> Timeline:
    """Return a timeline of one line, made anew."""
    point = LinePoint(Sight.SEEN, LESION.centre, (LESION,))
    line = LesionLine(LESION.abnormality, "right_upper", LESION.centre, (point,), (None,))
    return Timeline((STUDY,), 0, (line,))


def test_a_study_waits_once_and_no_more_when_it_was_read() -> None:
    model = TimelineModel()
    model.wait_for([FIRST, SECOND])
    model.wait_for([SECOND])
    assert list(model.value.waiting) == [FIRST, SECOND]
    model.show(FIRST, (KEPT,), timeline())
    assert list(model.value.waiting) == [SECOND]
    assert model.value.series_of("1.1") is FIRST
    assert model.value.holds("1.1")
    model.wait_for([FIRST])
    assert list(model.value.waiting) == [SECOND]
    model.wait_no_more()
    assert list(model.value.waiting) == []


def test_the_line_looked_at_stays_looked_at_in_a_longer_timeline() -> None:
    model = TimelineModel()
    model.show(FIRST, (KEPT,), timeline())
    model.follow(LESION)
    before = model.value.selected
    longer = timeline()
    model.show(SECOND, (KEPT,), longer)
    assert before is not None
    assert model.value.selected is longer.lines[0]


def test_a_lesion_on_no_line_and_none_at_all_look_at_nothing() -> None:
    model = TimelineModel()
    model.follow(LESION)
    assert model.value.selected is None
    model.show(FIRST, (KEPT,), timeline())
    model.follow(OTHER)
    assert model.value.selected is None


def test_clearing_tells_once_and_only_where_there_was_something() -> None:
    model = TimelineModel()
    told: list[TimelineOnScreen] = []
    model.changed.connect(lambda before, after: told.append(after))
    model.clear()
    assert told == []
    model.show(FIRST, (KEPT,), timeline())
    model.clear()
    assert len(told) == 2
    assert told[-1].timeline is None
