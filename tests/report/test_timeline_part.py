"""Lines of lesions in comparison.json and report.html."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ai.findings import Setting
from ai.geometry import PointMm
from ai.report import HandOn, write_report
from ai.report.timeline_part import timeline_part
from ai.report.trend_plot import trend_plot
from ai.series import Notice
from ai.timeline import LesionLine, LinePoint, Sight, Timeline, TimelineStudy
from ai.vocabulary import abnormality
from tests.support.synthetic_analysis import analysis, lesion, scan, sphere_mm3
from tests.support.synthetic_chest import chest, chest_grid

DAYS = (date(2023, 1, 1), date(2023, 4, 11), date(2023, 7, 20), date(2023, 10, 28))
STUDIES = tuple(TimelineStudy(f"1.{n}", day, f"Chest {n}") for n, day in enumerate(DAYS))
PLACE = PointMm(-60, 0, 50)


def seen(diameter_mm: float, *settings: Setting) -> LinePoint:
    part = lesion("nodule", (-60, 0, 50), diameter_mm)
    return LinePoint(Sight.SEEN, PLACE, (part,), frozenset(settings or Setting))


LINE = LesionLine(
    abnormality("nodule"),
    "right_upper",
    PLACE,
    (LinePoint(Sight.NOT_SEEN, PLACE), seen(6), LinePoint(Sight.NOT_COVERED, PLACE), seen(8)),
    (None, None, None, 160.0),
    160.0,
)
FAINT = replace(LINE, points=(seen(5, Setting.SENSITIVE), *LINE.points[:1] * 3), doublings=(None,) * 4)
FOUND = Timeline(STUDIES, 3, (LINE, FAINT), (Notice("The kernels differ."),))


def test_json_tells_what_each_study_shows() -> None:
    part = timeline_part(FOUND.told(Setting.BALANCED))
    assert [one["taken_on"] for one in part["studies"]] == [day.isoformat() for day in DAYS]
    assert part["current"] == 3
    (line,) = part["lines"]
    assert [point["sight"] for point in line["points"]] == ["not seen", "seen", "not covered", "seen"]
    assert [point["volume_mm3"] for point in line["points"]] == [
        None,
        pytest.approx(sphere_mm3(6)),
        None,
        pytest.approx(sphere_mm3(8)),
    ]
    assert (line["baseline"], line["nadir"], line["doubling_days"]) == (1, 1, 160.0)
    assert line["points"][3]["doubling_days"] == 160.0


def test_only_lines_that_the_setting_tells_are_told() -> None:
    assert FOUND.told(Setting.BALANCED).lines == (LINE,)
    assert FOUND.told(Setting.SENSITIVE).lines == (LINE, FAINT)


def test_dots_lie_by_their_days_and_volumes_and_leave_out_what_was_not_covered() -> None:
    first, second, last = trend_plot(LINE, STUDIES).points
    assert (second.x - first.x) / (last.x - first.x) == pytest.approx(100 / 300)
    assert (first.y - second.y) / (first.y - last.y) == pytest.approx((6 / 8) ** 3)
    assert [point.seen for point in (first, second, last)] == [False, True, True]
    assert first.said == "2023-01-01: not seen"


def test_without_a_date_dots_lie_in_their_order() -> None:
    undated = (replace(STUDIES[0], taken_on=None), *STUDIES[1:])
    first, second, last = trend_plot(LINE, undated).points
    assert (second.x - first.x) / (last.x - first.x) == pytest.approx(1 / 3)


def test_the_report_holds_a_table_and_a_drawing(tmp_path: Path) -> None:
    shown = scan(chest(chest_grid((20.0, 12.0, 12.0))))
    page = write_report(tmp_path, shown, analysis(), timeline=FOUND.told(Setting.BALANCED)).read_text(encoding="utf-8")
    for words in (
        "Lesions over 4 studies",
        "2023-10-28 (current)",
        "not covered",
        "160 days",
        "The kernels differ.",
        "<svg",
    ):
        assert words in page
    assert page.count("<polyline") == 1
    assert page.count("<circle") == 3


def test_an_anonymous_export_tells_days_between_studies_and_no_date() -> None:
    named = Notice("The study of 2023-01-01 fits the current scan poorly.", grave=True)
    hidden = HandOn(anonymous=True).lines(replace(FOUND, notices=(*FOUND.notices, named)))
    assert hidden is not None
    assert [one.title for one in hidden.studies] == ["300 days before", "200 days before", "100 days before", "current"]
    text = str(timeline_part(hidden))
    for one in hidden.studies:
        text = text.replace(one.uid, "")
    assert "2023" not in text
    assert "Chest" not in text
    assert [notice.text for notice in hidden.notices] == ["The kernels differ."]
    assert not {one.uid for one in hidden.studies} & {one.uid for one in STUDIES}
    assert HandOn().lines(FOUND) is FOUND
