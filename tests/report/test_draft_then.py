"""The draft of a finding then and now: emphysema index, fluid, extent by lobe, and a lesion over several dates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ai.change import ChangeKind, Comparison, FindingChange, LesionChange, Registration
from ai.diffuse import EXTENT, Breath, DiffuseChange, QuantityChange, RegionChange, Then
from ai.draft import Language, ReadingToDraft
from ai.findings import Analysis, Finding, Quantity
from ai.geometry import PointMm
from ai.report import draft, draft_text, label
from ai.series import Scan
from ai.timeline import LesionLine, LinePoint, Sight, Timeline, TimelineStudy
from ai.vocabulary import abnormality
from tests.support.synthetic_analysis import analysis, finding, lesion, scan
from tests.support.synthetic_chest import chest, chest_grid

FOLLOWED = Registration(np.eye(4), 0.9, lambda points: points, lambda points: points)
SAME_BREATH = Breath(5000.0, 5100.0)
PLACE = (-60.0, 0.0, 40.0)


@pytest.fixture(scope="module")
def current() -> Scan:
    return scan(chest(chest_grid((20.0, 12.0, 12.0))), date(2024, 3, 31))


@pytest.fixture(scope="module")
def prior(current: Scan) -> Scan:
    return scan(current.volume, date(2024, 1, 1), "1.2.4")


def measured(
    name: str, value: float, unit: str, decimals: int = 0, sides: tuple[float, float] | None = None
) -> Quantity:
    parts = () if sides is None else (("right_lung", sides[0]), ("left_lung", sides[1]))
    return Quantity(name, name, value, unit, "", "", parts, decimals)


def then_now(name: str, then: Then, now: float, unit: str, decimals: int = 0, breath: bool = False) -> QuantityChange:
    return QuantityChange(name, name, unit, "", decimals, then, now, depends_on_breath=breath)


def reading(
    current: Scan,
    prior: Scan,
    found: Finding,
    diffuse: DiffuseChange,
    *quantities: Quantity,
    registration: Registration = FOLLOWED,
) -> ReadingToDraft:
    """Return a reading of one accepted finding that both scans show, its change unread."""
    change = FindingChange(found.abnormality, found, found, ChangeKind.STABLE)
    compared = Comparison(registration, (), (change,), 90, diffuse=diffuse)
    said = replace(analysis(found), quantities=quantities)
    return ReadingToDraft(current, said, frozenset({found.abnormality.name}), prior, compared)


def said(asked: ReadingToDraft, language: Language = Language.ENGLISH) -> str:
    """Return the one sentence of the findings."""
    name = next(iter(asked.accepted))
    (text,) = [s.text for s in draft(asked, language).sentences() if s.region == abnormality(name).region]
    return text


def index(then: Then, now: float = 12.0) -> tuple[DiffuseChange, Quantity]:
    one = then_now("laa_950", then, now, "%", 1, breath=True)
    return DiffuseChange((), (one,), SAME_BREATH), measured("laa_950", now, "%", 1)


def test_the_emphysema_index_is_told_then_and_now(current: Scan, prior: Scan) -> None:
    spread = replace(finding("emphysema"), extent=(("lungs", 0.4), ("right_upper", 0.6)))
    told = said(reading(current, prior, spread, *index(Then(9.0, 9.0))))
    assert told == "Emphysema in the right upper lobe, emphysema index (≤ −950 HU) 12.0% (previously 9.0%)."
    assert said(reading(current, prior, spread, *index(Then(12.0, 12.04)))).endswith("12.0% (unchanged).")
    corrected = said(reading(current, prior, spread, *index(Then(9.0, 10.5))))
    assert corrected.endswith("12.0% (previously 9.0%, 10.5% corrected for lung volume).")


@pytest.mark.parametrize(
    ("even", "words"), [(9.0, "(≤ −950 HU) 15.9%."), (1.1, "index with noise averaged out (≤ −950 HU) 1.1%.")]
)
def test_of_two_emphysema_indices_the_one_that_noise_did_not_make_is_told(
    current: Scan, prior: Scan, even: float, words: str
) -> None:
    asked = reading(current, prior, finding("emphysema"), DiffuseChange((), ()), measured("laa_950", 15.9, "%", 1))
    quantities = (*asked.analysis.quantities, measured("laa_950_even", even, "%", 1))
    told = said(replace(asked, analysis=replace(asked.analysis, quantities=quantities)))
    assert told.endswith(words)
    assert told.count("HU") == 1


def test_what_cannot_be_compared_is_told_of_now_alone(current: Scan, prior: Scan) -> None:
    spread = finding("emphysema")
    now = "Emphysema, emphysema index (≤ −950 HU) 12.0%."
    breath, quantity = index(Then(9.0))
    sharper = replace(index(Then(9.0, 9.0))[0], doubtful=frozenset({"laa_950"}))
    assert said(reading(current, prior, spread, breath, quantity)) == now
    assert said(reading(current, prior, spread, sharper, quantity)) == now
    asked = reading(current, prior, spread, *index(Then(9.0, 9.0)))
    assert said(replace(asked, not_compared=frozenset({"emphysema"}))) == now
    assert "12" not in draft_text(draft(replace(asked, accepted=frozenset())))


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        (120.0, 310.0, ", increased from 120 to 310 ml since 1 January 2024."),
        (310.0, 120.0, ", decreased from 310 to 120 ml since 1 January 2024."),
        (300.0, 310.0, ", about 310 ml (previously 300 ml)."),
        (20.0, 40.0, ", about 40 ml (previously 20 ml)."),
    ],
)
def test_fluid_increases_in_words_where_it_clearly_does(
    current: Scan, prior: Scan, then: float, now: float, words: str
) -> None:
    fluid = DiffuseChange((), (then_now("effusion_volume", Then(then), now, "ml"),), SAME_BREATH)
    told = said(reading(current, prior, finding("pleural_effusion"), fluid, measured("effusion_volume", now, "ml")))
    assert told == f"Pleural effusion{words}"


def test_fluid_on_both_sides_is_told_side_by_side(current: Scan, prior: Scan) -> None:
    fluid = DiffuseChange((), (then_now("effusion_volume", Then(200.0), 400.0, "ml"),), SAME_BREATH)
    both = measured("effusion_volume", 400.0, "ml", sides=(310.0, 90.0))
    told = said(reading(current, prior, finding("pleural_effusion"), fluid, both))
    assert told.endswith(
        ", about 310 ml on the right and 90 ml on the left, increased from 200 to 400 ml since 1 January 2024."
    )


def glass(then: float, now: float, lobe: tuple[float, float]) -> tuple[Finding, DiffuseChange]:
    kind = abnormality("groundglass")
    regions = (
        RegionChange(kind, "lungs", 1.0, 2.0, then, now, 1.0, 2.0),
        RegionChange(kind, "left_lower", 1.0, 2.0, *lobe, 1.0, 2.0),
    )
    found = replace(finding("groundglass"), extent=(("lungs", now), ("left_lower", lobe[1])))
    return found, DiffuseChange(regions, (), SAME_BREATH)


def test_extent_is_told_with_the_lobe_that_stands_out(current: Scan, prior: Scan) -> None:
    told = said(reading(current, prior, *glass(0.04, 0.12, (0.25, 0.5))))
    assert told == (
        "Ground-glass opacity in the left lower lobe, increased from 4% to 12% of the lungs since 1 January 2024, "
        "most in the left lower lobe (25% → 50%)."
    )
    impressed = draft(reading(current, prior, *glass(0.04, 0.12, (0.25, 0.5)))).sections[-1].sentences
    assert [sentence.text for sentence in impressed] == [
        "Ground-glass opacity in the left lower lobe, increased from 4% to 12% of the lungs since 1 January 2024."
    ]
    even = said(reading(current, prior, *glass(0.04, 0.12, (0.04, 0.12))))
    assert even.endswith("increased from 4% to 12% of the lungs since 1 January 2024.")
    rigid = reading(current, prior, *glass(0.04, 0.12, (0.25, 0.5)), registration=Registration(np.eye(4), 0.9))
    assert "most in" not in said(rigid)
    assert said(reading(current, prior, *glass(0.11, 0.12, (0.4, 0.5)))).endswith(
        ", about 12% of the lungs (previously 11%)."
    )


def test_of_another_breath_it_is_said_why_nothing_is_compared(current: Scan, prior: Scan) -> None:
    found, diffuse = glass(0.04, 0.12, (0.25, 0.5))
    deep = replace(diffuse, breath=Breath(5000.0, 3900.0), doubtful=frozenset({EXTENT}))
    asked = reading(current, prior, found, deep)
    assert said(asked).endswith("about 12% of the lungs.")
    assert "Lung volume 3.9 l, previously 5.0 l: extent and density are not compared." in draft_text(draft(asked))
    assert "Lung volume" not in draft_text(draft(replace(asked, accepted=frozenset())))
    assert "Lung volume" not in draft_text(draft(reading(current, prior, found, diffuse)))


def test_what_was_accepted_as_new_has_no_then(current: Scan, prior: Scan) -> None:
    found, diffuse = glass(0.04, 0.12, (0.25, 0.5))
    new = FindingChange(found.abnormality, None, found, ChangeKind.NEW)
    asked = replace(reading(current, prior, found, diffuse), accepted_changes=(new,))
    assert said(asked).endswith("about 12% of the lungs; new since 1 January 2024.")


def test_a_measure_of_then_takes_the_place_of_also_present(current: Scan, prior: Scan) -> None:
    asked = reading(current, prior, finding("emphysema"), *index(Then(9.0, 9.0)))
    assert asked.comparison is not None
    accepted = replace(asked, accepted_changes=asked.comparison.findings)
    assert "also present" not in said(accepted)
    assert "also present" in said(replace(accepted, not_compared=frozenset({"emphysema"})))


DAYS = (date(2022, 6, 1), date(2023, 1, 5), date(2024, 1, 1), date(2024, 3, 31))


def grown(sizes_mm: tuple[float | None, ...], doubling: float | None = 240.0) -> tuple[Timeline, LesionLine]:
    """Return the line of a nodule with these diameters, oldest first; None where it was not seen."""
    points = tuple(
        LinePoint(Sight.NOT_SEEN, PointMm(*PLACE))
        if mm is None
        else LinePoint(Sight.SEEN, PointMm(*PLACE), (lesion("nodule", PLACE, mm),))
        for mm in sizes_mm
    )
    studies = tuple(TimelineStudy(f"1.{n}", day, "CT") for n, day in enumerate(DAYS[-len(sizes_mm) :]))
    doublings = (*(None for _ in sizes_mm[1:]), 90.0)
    line = LesionLine(abnormality("nodule"), "right_upper", PointMm(*PLACE), points, doublings, doubling)
    return Timeline(studies, len(studies) - 1, (line,)), line


def followed(current: Scan, prior: Scan, kind: ChangeKind, *sizes_mm: float | None) -> ReadingToDraft:
    """Return a reading whose one lesion change is accepted."""
    timeline, line = grown(sizes_mm)
    then, now = (point.lesions for point in line.points[-2:])
    change = LesionChange(abnormality("nodule"), kind, then, now, 0.5, 80.0)
    compared = Comparison(FOLLOWED, (change,), (), 90)
    found: Analysis = analysis(finding("nodule", lesions=now))
    return ReadingToDraft(current, found, frozenset({"nodule"}), prior, compared, (change,), timeline=timeline)


def courses(asked: ReadingToDraft) -> tuple[str, str]:
    """Return what is said of the nodule's course among the findings and in the impression."""
    texts = [s.text.partition("; ")[2] for s in draft(asked).sentences() if "nodule" in s.sources]
    return texts[0], texts[1]


def test_a_lesion_is_told_over_all_its_dates(current: Scan, prior: Scan) -> None:
    told, brief = courses(followed(current, prior, ChangeKind.GROWN, None, 6.0, 8.0, 11.0))
    assert told == (
        "larger: not seen on 1 June 2022, mean diameter 6.0 mm on 5 January 2023, 8.0 mm on 1 January 2024, "
        "11.0 mm now, volume doubling time 240 days."
    )
    assert brief.startswith(
        "larger: mean diameter 6.0 mm on 5 January 2023, 11.0 mm now, volume doubling time 240 days."
    )


def test_after_a_nadir_the_doubling_time_is_that_since_the_last_study(current: Scan, prior: Scan) -> None:
    told, _ = courses(followed(current, prior, ChangeKind.GROWN, 20.0, 8.0, 12.0))
    assert "20.0 mm on 5 January 2023, 8.0 mm on 1 January 2024, 12.0 mm now" in told
    assert "volume doubling time 90 days" in told


def test_slow_growth_is_not_called_unchanged(current: Scan, prior: Scan) -> None:
    told, _ = courses(followed(current, prior, ChangeKind.STABLE, 6.0, 7.5, 7.7))
    assert told.startswith("unchanged since 1 January 2024, but larger over all studies: mean diameter 6.0 mm")
    assert "doubling" in told
    calm, _ = courses(followed(current, prior, ChangeKind.STABLE, 7.6, 7.5, 7.7))
    assert calm.startswith("unchanged since 1 January 2024: mean diameter 7.6 mm on 5 January 2023")
    assert "doubling" not in calm


def test_growth_that_the_studies_cannot_tell_is_not_drafted(current: Scan, prior: Scan) -> None:
    """The timeline gives no doubling time where slices are too thick or kernels differ."""
    asked = followed(current, prior, ChangeKind.STABLE, 6.0, 7.5, 7.7)
    assert asked.timeline is not None
    line = replace(asked.timeline.lines[0], doubling_days=None)
    told, _ = courses(replace(asked, timeline=replace(asked.timeline, lines=(line,))))
    assert told.startswith("unchanged since 1 January 2024: mean diameter 6.0 mm on 5 January 2023")


def test_two_studies_or_a_missing_date_leave_the_change_since_the_prior(current: Scan, prior: Scan) -> None:
    asked = followed(current, prior, ChangeKind.GROWN, 8.0, 11.0)
    assert courses(asked)[0].startswith("larger since 1 January 2024: mean diameter 8.0 → 11.0 mm")
    three = followed(current, prior, ChangeKind.GROWN, 6.0, 8.0, 11.0)
    assert three.timeline is not None
    undated = tuple(replace(study, taken_on=None) for study in three.timeline.studies[:1])
    lost = replace(three.timeline, studies=(*undated, *three.timeline.studies[1:]))
    assert courses(replace(three, timeline=lost))[0].startswith("larger since 1 January 2024")


def test_older_studies_are_told_only_with_an_accepted_change(current: Scan, prior: Scan) -> None:
    asked = replace(followed(current, prior, ChangeKind.GROWN, 6.0, 8.0, 11.0), accepted_changes=())
    assert courses(asked) == ("", "")


def test_then_and_now_in_chinese(current: Scan, prior: Scan) -> None:
    spread = reading(current, prior, finding("emphysema"), *index(Then(9.0, 9.0)))
    assert said(spread, Language.CHINESE) == "肺气肿，肺气肿指数（≤ −950 HU）12.0%（前次9.0%）。"
    told = draft_text(draft(followed(current, prior, ChangeKind.GROWN, None, 6.0, 8.0, 11.0), Language.CHINESE))
    assert (
        "，增大：平均直径6.0（2023年1月5日） → 8.0（2024年1月1日） → 11.0 mm（本次），"
        "体积倍增时间240天；2022年6月1日未见。" in told
    )
    assert not re.search(r"[a-zA-Z]{5,}", told)


@pytest.mark.parametrize("language", list(Language))
def test_older_sizes_are_not_read_as_sizes_of_now(current: Scan, prior: Scan, language: Language) -> None:
    """A second reader that is given our own report must not hold a size of then against the picture."""
    text = draft_text(draft(followed(current, prior, ChangeKind.SHRUNK, None, 20.0, 12.0, 8.0), language))
    sizes = [mention.sizes_mm for mention in label(text) if mention.abnormality.name == "nodule"]
    assert sizes
    assert all(max(said) == 8.0 for said in sizes)
    assert "20.0" in text
