"""Real scans and real reports go through: paired by a mapping file, without a crash. Nothing of them is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai.training.cohort import Cohort
from ai.training.cohort.building import Wish, build
from ai.training.cohort.rejection import Reason
from ai.training.cohort.reports import read_reports
from ai.training.cohort.saying import labelled
from ai.training.cohort.words import Said
from tests.conftest import SHARED

REPORTS = SHARED / "reports" / "ctrate_train.csv"
pytestmark = pytest.mark.skipif(not REPORTS.exists(), reason="the real scans and reports beside the project are absent")


def test_every_real_report_gets_labels() -> None:
    reports = read_reports(REPORTS)
    assert len(reports.texts) == 800
    said = [labelled(text) for text in reports.texts]
    assert sum(bool(one.labels) for one in said) >= 0.99 * len(said)
    there = [name for one in said for name, value in one.labels.items() if value.said is Said.PRESENT]
    assert len(set(there)) > 30
    assert sum(bool(one.places) for one in said) > 0.5 * len(said)


def test_real_scans_pair_with_reports_by_a_mapping_file(tmp_path: Path) -> None:
    """Which report a scan is given here is arbitrary; none of them is its own. A mask that is mapped is no scan."""
    files = sorted(p.name for p in (SHARED / "scans").iterdir() if p.name.endswith(("-dicom", ".nii.gz")))
    scans = [name for name in files if not name.endswith("-tumour.nii.gz")]
    assert len(scans) < len(files)
    names = list(read_reports(REPORTS).names)
    rows = [f"{scan},{names[number]},patient {number // 2}" for number, scan in enumerate(files)]
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("\n".join(["scan,report,patient", *rows]) + "\n", encoding="utf-8")
    built = build(Wish(SHARED / "scans", REPORTS, tmp_path / "store", mapping, workers=0))
    assert built.kept + sum(built.rejected.values()) == len(scans)
    assert built.kept >= len(scans) - 2
    assert set(built.rejected) <= {Reason.NOT_LIKE_A_CHEST}
    assert built.unpaired == 800 - len(scans)
    cohort = Cohort.open(tmp_path / "store")
    assert all(cohort.read(scan.key).shape == scan.shape for scan in cohort.scans)
