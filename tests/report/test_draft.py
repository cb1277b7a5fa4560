"""The draft: what was accepted, in a report's words and order, and nothing else."""

from __future__ import annotations

import json
import re
import string
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ai.advice import Advice
from ai.change import ChangeKind, Comparison, FindingChange, LesionChange, Registration
from ai.comparison import compare
from ai.draft import Draft, DraftSentence, Language, ReadingToDraft, unread_reading
from ai.findings import Analysis, Composition, Doubt, Finding, Lesion, Quantity
from ai.geometry import Index, PointMm
from ai.report import draft, draft_text, write_draft
from ai.report.draft_pieces import slice_number
from ai.report.guideline_advice import advise_for
from ai.series import Scan
from ai.vocabulary import RESOURCES, abnormalities, abnormality
from ai.volume import Volume, VoxelGrid, axis_aligned
from tests.support.synthetic_analysis import analysis, finding, lesion, scan
from tests.support.synthetic_chest import chest, chest_grid, motion

PLACES = {"grown": (-60.0, 0.0, 40.0), "new": (60.0, 0.0, 40.0), "gone": (60.0, 30.0, 40.0)}
THIN = axis_aligned((4, 4, 4), (1.0, 1.0, 1.0), PointMm(-60, 0, 40))
EN, ZH = Language.ENGLISH, Language.CHINESE


@pytest.fixture(scope="module")
def current() -> Scan:
    found = scan(chest(chest_grid((2.5, 12.0, 12.0))), date(2024, 3, 31))
    return Scan(found.volume, replace(found.series, number=3))


@pytest.fixture(scope="module")
def prior(current: Scan) -> Scan:
    return scan(current.volume, date(2024, 1, 1))


@pytest.fixture(scope="module")
def now() -> Analysis:
    nodules = (
        replace(lesion("nodule", PLACES["grown"], 10), diameters_mm=(11.0, 9.0)),
        lesion("nodule", PLACES["new"], 6, "left_upper"),
    )
    glass = replace(finding("groundglass"), extent=(("lungs", 0.12), ("right_upper", 0.3), ("left_upper", 0.2)))
    return analysis(finding("nodule", lesions=nodules), glass, finding("scarring"), finding("pneumothorax", -3.0))


@pytest.fixture(scope="module")
def comparison(prior: Scan, current: Scan, now: Analysis) -> Comparison:
    nodules = (lesion("nodule", PLACES["grown"], 8), lesion("nodule", PLACES["gone"], 5, "left_lower"))
    then = analysis(finding("nodule", lesions=nodules), finding("pleural_effusion"))
    return compare(prior, then, current, now, Registration(np.eye(4), 0.9))


def reading(scan: Scan, said: Analysis, *accepted: str) -> ReadingToDraft:
    return ReadingToDraft(scan, said, frozenset(accepted))


def texts(found: Draft, region: str) -> list[str]:
    return [s.text for section in found.sections if section.region == region for s in section.sentences]


def one(found: Draft, beginning: str) -> DraftSentence:
    (sentence,) = [s for s in found.sentences() if s.key.startswith(beginning)]
    return sentence


def test_nothing_unread_and_nothing_rejected_is_said(current: Scan, now: Analysis) -> None:
    nothing = draft(reading(current, now))
    assert [s.region for s in nothing.sentences()] == ["technique", "comparison"]
    glass = draft(reading(current, now, "groundglass"))
    assert {source for s in glass.sentences() for source in s.sources} == {"groundglass"}
    text = draft_text(glass).lower()
    assert "nodule" not in text
    assert "no pleural" not in text


def test_sections_come_in_the_order_of_a_report(current: Scan, now: Analysis) -> None:
    found = draft(reading(current, now, "nodule"))
    assert [section.region for section in found.sections] == [
        "technique",
        "comparison",
        "lungs",
        "airways",
        "pleura",
        "heart",
        "great_vessels",
        "mediastinum",
        "bones",
        "devices",
        "elsewhere",
        "impression",
    ]
    text = draft_text(found)
    assert "Lungs:" in text
    assert "Airways:" not in text
    assert text.endswith("Research use only, not for clinical diagnosis.\n")


def test_a_lesion_is_told_with_size_series_slice_and_place(current: Scan, now: Analysis) -> None:
    found = draft(reading(current, now, "nodule"))
    sentence = one(found, "nodule -60")
    number = slice_number(current.volume.grid, PointMm(*PLACES["grown"]))
    assert sentence.text == (f"Nodule in the right upper lobe, 11.0 × 9.0 mm, 524 mm³ (series 3, slice {number}).")
    assert sentence.place == PointMm(*PLACES["grown"])
    assert sentence.sources == ("nodule",)


def test_a_change_is_told_only_where_it_was_accepted(
    current: Scan, prior: Scan, now: Analysis, comparison: Comparison
) -> None:
    grown = next(c for c in comparison.lesions if c.kind is ChangeKind.GROWN)
    asked = replace(reading(current, now, "nodule"), prior=prior, comparison=comparison)
    assert "since" not in one(draft(asked), "nodule -60").text
    told = draft(replace(asked, accepted_changes=(grown,)))
    days = 90 * np.log(2) / np.log(1.25**3)
    assert one(told, "nodule -60").text.endswith(
        "; larger since 1 January 2024: mean diameter 8.0 → 10.0 mm, volume +95%, "
        f"volume doubling time {days:.0f} days."
    )
    assert "since" not in one(told, "nodule 60").text
    assert texts(told, "comparison") == ["CT of 1 January 2024, 90 days before."]


def test_an_accepted_change_tells_its_lesion_though_the_finding_is_unread(
    current: Scan, prior: Scan, now: Analysis, comparison: Comparison
) -> None:
    new = next(c for c in comparison.lesions if c.kind is ChangeKind.NEW)
    asked = ReadingToDraft(current, now, frozenset(), prior, comparison, (new,))
    assert [s.key for s in draft(asked).sentences() if s.region == "lungs"] == ["nodule 60 0 40"]


def test_what_is_gone_is_told_where_it_would_be_now(current: Scan, prior: Scan, now: Analysis) -> None:
    rigid = Registration(motion((0, 0, 0), (10, 0, 0)), 0.9)
    gone = LesionChange(
        abnormality("nodule"), ChangeKind.GONE, (lesion("nodule", PLACES["gone"], 5, "left_lower"),), ()
    )
    asked = ReadingToDraft(current, now, frozenset(), prior, Comparison(rigid, (gone,), (), 90), (gone,))
    sentence = one(draft(asked), "gone")
    assert sentence.text == "Nodule in the left lower lobe (5.0 mm) of 1 January 2024 is no longer seen."
    assert sentence.place == PointMm(70.0, 30.0, 40.0)
    assert sentence.in_prior_only


def test_what_is_gone_lesion_by_lesion_is_not_told_again_as_a_finding(
    current: Scan, prior: Scan, now: Analysis
) -> None:
    body = lesion("mass", PLACES["gone"], 32, "left_lower")
    then = finding("mass", lesions=(body,))
    kinds = ChangeKind.GONE, abnormality("mass")
    changes = (LesionChange(kinds[1], kinds[0], (body,), ()), FindingChange(kinds[1], then, None, kinds[0]))
    compared = Comparison(Registration(np.eye(4), 0.9), changes[:1], changes[1:], 90)
    found = draft(ReadingToDraft(current, now, frozenset(), prior, compared, changes))
    assert texts(found, "lungs") == ["Mass in the left lower lobe (32 mm) of 1 January 2024 is no longer seen."]


@pytest.mark.parametrize(
    ("thickness", "english", "chinese"),
    [
        (5.0, " slices of 5 mm, 2.5 mm apart", "层，层厚5 mm，层间距2.5 mm"),
        (2.5, " slices 2.5 mm apart", "层，层间距2.5 mm"),
    ],
)
def test_slices_that_overlap_are_told_with_their_thickness(
    current: Scan, now: Analysis, thickness: float, english: str, chinese: str
) -> None:
    thick = replace(current, series=replace(current.series, thickness_mm=thickness))
    assert english in draft_text(draft(reading(thick, now)))
    assert chinese in draft_text(draft(reading(thick, now), ZH))


def test_one_body_under_two_labels_is_told_once(current: Scan) -> None:
    said = analysis(
        finding("nodule", lesions=(lesion("nodule", (-60, 0, 40), 14),)),
        finding("nodulegr1cm", lesions=(lesion("nodulegr1cm", (-61, 1, 40), 14),)),
    )
    found = draft(reading(current, said, "nodule", "nodulegr1cm"))
    assert len(texts(found, "lungs")) == 1
    assert len(texts(found, "impression")) == 1


def test_of_many_the_largest_are_described_and_the_rest_summed_up(current: Scan) -> None:
    nodules = tuple(lesion("nodule", (-60 + 20 * n, 0, 40), 4.0 + n) for n in range(8))
    found = draft(reading(current, analysis(finding("nodule", lesions=nodules)), "nodule"))
    *described, rest = texts(found, "lungs")
    assert [re.findall(r"([\d.]+) mm", text)[0] for text in described] == ["11.0", "10.0", "9.0"]
    assert rest == "5 further nodules in the right upper lobe, up to 8.0 mm in diameter."
    assert texts(found, "impression") == ["8 nodules in the right upper lobe, up to 11.0 mm in diameter."]


def test_what_spreads_tells_its_lobes_and_how_much(current: Scan, now: Analysis) -> None:
    (text,) = texts(draft(reading(current, now, "groundglass")), "lungs")
    assert text == "Ground-glass opacity in the right upper lobe and the left upper lobe, about 12% of the lungs."


def test_a_measure_is_told_with_the_finding_it_belongs_to(current: Scan) -> None:
    wide = Quantity("cardiothoracic_ratio", "Cardiothoracic ratio", 0.561, "", "", decimals=2)
    said = replace(analysis(finding("cardiomegaly"), finding("scarring")), quantities=(wide,))
    assert texts(draft(reading(current, said, "cardiomegaly")), "heart") == [
        "Enlarged heart, cardiothoracic ratio 0.56."
    ]
    assert "0.56" not in draft_text(draft(reading(current, said, "scarring")))


def test_the_impression_is_ordered_by_weight_and_leaves_out_what_is_minor(current: Scan, now: Analysis) -> None:
    said = analysis(
        finding("scarring"),
        finding("emphysema"),
        finding("mass", lesions=(lesion("mass", (-60, 0, -40), 42),)),
        finding("pneumothorax"),
    )
    found = draft(reading(current, said, "scarring", "emphysema", "mass", "pneumothorax"))
    assert [s.sources for s in found.sentences() if s.region == "impression"] == [
        ("pneumothorax",),
        ("mass",),
        ("emphysema",),
    ]
    assert "\n1. Pneumothorax" in draft_text(found)


def test_what_is_advised_names_its_guideline(current: Scan, now: Analysis) -> None:
    def advise(found: Lesion, change: LesionChange | None, alike: Sequence[Lesion]) -> Advice:
        assert len(alike) == 2
        return Advice(
            "A guideline 2017", "solid, > 8 mm, multiple", "CT at 3–6 months, then CT at 18–24 months", "", ""
        )

    (text,) = texts(draft(reading(current, now, "nodule"), EN, advise), "impression")
    assert text.endswith(
        "A guideline 2017, where it applies (solid, > 8 mm, multiple): CT at 3–6 months, then CT at 18–24 months."
    )
    (text,) = texts(draft(reading(current, now, "nodule"), ZH, advise), "impression")
    assert text.endswith("按A guideline 2017（如适用）：3–6个月复查CT，之后18–24个月复查CT。")


def test_fleischner_is_asked_about_a_nodule_not_seen_before(current: Scan) -> None:
    thin = Scan(Volume(np.zeros((4, 4, 4), dtype=np.int16), THIN), replace(current.series, thickness_mm=1.0))
    body = replace(lesion("nodule", (-60, 0, 40), 7), composition=Composition.SOLID)
    said = analysis(finding("nodule", lesions=(body,)))
    asked = reading(thin, said, "nodule")
    (text,) = texts(draft(asked, EN, advise_for(thin)), "impression")
    assert "Fleischner 2017, where it applies (solid, 6–8 mm, single): at low risk: CT at 6–12 months" in text
    (text,) = texts(draft(asked, ZH, advise_for(thin)), "impression")
    assert not re.search(r"[a-zA-Z]{4,}", text.replace("Fleischner", ""))
    stable = LesionChange(body.abnormality, ChangeKind.STABLE, (body,), (body,))
    compared = Comparison(Registration(np.eye(4), 0.9), (stable,), (), 90)
    seen_before = replace(asked, prior=current, comparison=compared, accepted_changes=(stable,))
    assert "Fleischner" not in draft_text(draft(seen_before, EN, advise_for(thin)))


@pytest.mark.parametrize("kind", list(ChangeKind))
@pytest.mark.parametrize("language", list(Language))
def test_whatever_became_of_a_lesion_is_said(
    current: Scan, prior: Scan, now: Analysis, language: Language, kind: ChangeKind
) -> None:
    body = lesion("nodule", PLACES["grown"], 9)
    priors = () if kind is ChangeKind.NEW else (body,)
    currents = () if kind is ChangeKind.GONE else (body,)
    change = LesionChange(body.abnormality, kind, priors, currents, 0.5)
    compared = Comparison(Registration(np.eye(4), 0.9), (change,), (), 90)
    text = draft_text(draft(ReadingToDraft(current, now, frozenset(), prior, compared, (change,)), language))
    assert {EN: "1 January 2024", ZH: "2024年1月1日"}[language] in text.split("\n\n", 3)[3]


def test_in_chinese(current: Scan, prior: Scan, now: Analysis, comparison: Comparison) -> None:
    asked = ReadingToDraft(current, now, frozenset({"nodule"}), prior, comparison, comparison.lesions)
    text = draft_text(draft(asked, ZH))
    assert "右肺上叶见结节，大小约11.0 mm × 9.0 mm" in text
    assert "较2024年1月1日增大" in text
    assert "仅供研究使用" in text
    assert not re.search(r"[a-zA-Z]{5,}", text)


@pytest.mark.parametrize("language", list(Language))
def test_every_abnormality_has_a_name_and_every_template_its_pieces(language: Language) -> None:
    tables = [
        tomllib.loads((RESOURCES / "report" / f"draft_{each.value}.toml").read_text(encoding="utf-8"))
        for each in (language, EN)
    ]
    mine, english = tables
    assert set(mine["one"]) == {kind.name for kind in abnormalities()}
    assert mine.keys() == english.keys()
    for section in ("statement", "course", "technique", "comparison"):
        for key, template in english[section].items():
            assert _fields(mine[section][key]) == _fields(template), (section, key)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("flipped", [False, True])
def test_slices_are_counted_as_the_panes_count(flipped: bool) -> None:
    from viewer.mpr.plane import Plane  # noqa: PLC0415
    from viewer.mpr.slice_axis import slice_axis  # noqa: PLC0415

    grid = axis_aligned((20, 10, 10), (2.5, 1.0, 1.0), PointMm(0, 0, -40))
    if flipped:
        affine = grid.affine @ np.diag([-1.0, 1.0, 1.0, 1.0])
        grid = VoxelGrid(grid.shape, affine)
    for index in (Index(0, 0, 0), Index(7.4, 3, 3), Index(19, 9, 9), Index(40, 0, 0)):
        place = grid.point(index)
        assert slice_number(grid, place) == slice_axis(grid, Plane.AXIAL).number(place)


def test_a_withheld_analysis_is_not_written(current: Scan, now: Analysis) -> None:
    withheld = replace(now, doubts=(Doubt("No chest.", grave=True),))
    assert [s.region for s in draft(reading(current, withheld, "nodule")).sentences()] == ["technique", "comparison"]


def test_what_nobody_read_says_so_first(current: Scan, prior: Scan, now: Analysis, comparison: Comparison) -> None:
    found = draft(unread_reading(current, now, prior, comparison))
    assert draft_text(found).splitlines()[2].startswith("PRELIMINARY.")
    assert {source for s in found.sentences() for source in s.sources} == {
        "nodule",
        "groundglass",
        "scarring",
        "pleural_effusion",
    }
    assert "PRELIMINARY" not in draft_text(draft(reading(current, now, "nodule")))


def test_the_files_say_the_same(tmp_path: Path, current: Scan, now: Analysis) -> None:
    found = draft(reading(current, now, "nodule"))
    path = write_draft(found, tmp_path)
    assert path.read_text(encoding="utf-8") == draft_text(found)
    document = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert document["read"] is True
    said = [s for section in document["sections"] for s in section["sentences"]]
    assert [s["text"] for s in said] == [s.text for s in found.sentences()]
    assert [s["place_mm"] for s in said if s["key"] == "nodule -60 0 40"] == [[-60.0, 0.0, 40.0]]


def test_a_spread_that_came_and_one_that_went(current: Scan, prior: Scan, now: Analysis) -> None:
    glass = now.finding("groundglass")
    assert glass is not None
    effusion: Finding = finding("pleural_effusion")
    came = FindingChange(glass.abnormality, None, glass, ChangeKind.NEW)
    went = FindingChange(effusion.abnormality, effusion, None, ChangeKind.GONE)
    compared = Comparison(Registration(np.eye(4), 0.9), (), (came, went), 90)
    found = draft(ReadingToDraft(current, now, frozenset({"groundglass"}), prior, compared, (came, went)))
    assert texts(found, "lungs")[0].endswith("about 12% of the lungs; new since 1 January 2024.")
    assert texts(found, "pleura") == ["Pleural effusion of 1 January 2024 is no longer seen."]
