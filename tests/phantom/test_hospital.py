"""The synthetic hospital: the same for a seed, and its radiologists say what is there, but for what they forget."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from ai.phantom import PhantomError
from ai.phantom.hospital.course import course, visits_of
from ai.phantom.hospital.dictation import HEDGED, OMITTED, Dictated, Page, dictated
from ai.phantom.hospital.facts import Fact, Spot
from ai.phantom.hospital.phrases import wording
from ai.phantom.hospital.practice import PRACTICES, patient_seed, practice
from ai.phantom.hospital.writing import Hospital, write_hospital
from ai.phantom.scanner import Protocol
from ai.phantom.studies.fates import Fate
from ai.report import Mention, label
from ai.scan import find_series

PAGE = Page(2.5, "soft", None)
UPPER = Spot(("right_upper",), "right", 35.0)


def said_of(name: str, text: str) -> list[Mention]:
    """Return what the labeller hears of a label."""
    return [mention for mention in label(text) if mention.abnormality.name == name]


def reports(variant: str, fate: Fate | None, count: int = 6) -> list[tuple[str, Dictated]]:
    """Return reports of every label alone, by several radiologists; those that are as they should be."""
    found = []
    for name, seed in product(wording(variant).terms, range(count)):
        report = dictated([Fact(name, () if fate is Fate.GONE else (UPPER,), fate)], PAGE, variant, (seed, 0))
        if not (report.omitted or report.hedged or report.suspected):
            found.append((name, report))
    return found


@pytest.mark.parametrize("variant", PRACTICES)
@pytest.mark.parametrize("fate", [None, Fate.NEW, Fate.GROWN, Fate.SHRUNK, Fate.STABLE])
def test_what_is_there_is_said_to_be_there(variant: str, fate: Fate | None) -> None:
    told = reports(variant, fate)
    heard = [any(m.is_there for m in said_of(name, report.text)) for name, report in told]
    assert len(told) > 100
    assert np.mean(heard) > 0.95


@pytest.mark.parametrize("variant", PRACTICES)
def test_what_is_gone_is_not_said_to_be_there(variant: str) -> None:
    told = reports(variant, Fate.GONE)
    assert np.mean([any(m.is_there for m in said_of(name, report.text)) for name, report in told]) < 0.05


def test_radiologists_forget_and_doubt_as_often_as_they_should() -> None:
    facts = [Fact(name, (UPPER,)) for name in wording("a").terms]
    told = [dictated(facts, PAGE, "a", (seed, 0)) for seed in range(60)]
    whole = len(facts) * len(told)
    assert sum(len(report.omitted) for report in told) / whole == pytest.approx(OMITTED, abs=0.01)
    assert sum(len(report.hedged) for report in told) / whole == pytest.approx(HEDGED, abs=0.015)
    for report in told[:10]:
        assert not [name for name in report.omitted if any(m.is_there for m in said_of(name, report.text))
                    and name not in ("calcification", "fibrosis", "nodule")]  # fmt: skip


def test_hospitals_use_other_words() -> None:
    facts = [Fact(name, (UPPER,)) for name in wording("a").terms]
    lines = [
        {line for seed in range(30) for line in dictated(facts, PAGE, variant, (seed, 0)).text.splitlines()}
        for variant in ("a", "b")
    ]
    assert len(lines[0] & lines[1]) < 0.02 * min(map(len, lines))


def drawn(variant: str, of: Callable[[Protocol], float]) -> float:
    """Return the mean of a quantity over drawn protocols."""
    return float(np.mean([of(practice(variant).drawn(np.random.default_rng(seed))) for seed in range(200)]))


def test_hospitals_have_other_scanners() -> None:
    assert drawn("b", lambda p: p.noise_hu) > 1.5 * drawn("a", lambda p: p.noise_hu)
    assert drawn("b", lambda p: p.thickness_mm) > 1.5 * drawn("a", lambda p: p.thickness_mm)
    assert drawn("b", lambda p: p.offset_hu) > drawn("a", lambda p: p.offset_hu) + 5


def test_patients_have_one_to_four_visits_and_no_two_hospitals_share_one() -> None:
    visits = [visits_of(seed) for seed in range(400)]
    assert set(visits) == {1, 2, 3, 4}
    assert 1.8 < np.mean(visits) < 2.5
    seeds = [patient_seed(one, seed, n) for one in PRACTICES.values() for seed in (0, 1, 99) for n in (0, 9_999)]
    assert len(set(seeds)) == len(seeds)


def test_visits_follow_one_another_and_every_label_has_a_fate() -> None:
    seed = next(s for s in range(5_000_000, 5_000_100) if visits_of(s) == 2)
    first, second = course(seed, practice("a"), 4.0)
    assert second.visit.day > first.visit.day
    assert first.fates == {}
    assert set(second.fates) == first.labels | second.labels
    for name, fate in second.fates.items():
        assert (fate is Fate.GONE) == (name not in second.labels)
        assert fate is Fate.NEW or name in first.labels


def test_a_hospital_is_written_once_and_the_same_for_a_seed(tmp_path: Path) -> None:
    seed = next(s for s in range(100) if visits_of(patient_seed(practice("b"), s, 0)) == 1)
    for name in ("one", "two"):
        assert write_hospital(Hospital(tmp_path / name, 1, seed, "b", 4.0)) == 1
    files = [
        sorted(p.relative_to(tmp_path / n) for p in (tmp_path / n).rglob("*") if p.is_file()) for n in ("one", "two")
    ]
    assert files[0] == files[1]
    for path in files[0]:
        if not path.name.endswith(".nii.gz"):
            assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()
    series = find_series(tmp_path / "one" / "scans")[0]
    truth = json.loads((tmp_path / "one" / "truth" / f"{series.study.accession}.json").read_text(encoding="utf-8"))
    assert (tmp_path / "one" / "reports" / f"{series.study.accession}.txt").exists()
    assert truth["labels"]
    assert series.body_part == "CHEST"
    before = series.slices[0].path.stat().st_mtime_ns
    write_hospital(Hospital(tmp_path / "one", 1, seed, "b", 4.0))
    assert series.slices[0].path.stat().st_mtime_ns == before


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhantomError, match="no hospital"):
        write_hospital(Hospital(tmp_path, 1, 0, "c"))
    with pytest.raises(PhantomError, match="0…99"):
        write_hospital(Hospital(tmp_path, 1, 100))
    with pytest.raises(PhantomError, match="mm"):
        write_hospital(Hospital(tmp_path, 1, 0, "a", 0.5))
