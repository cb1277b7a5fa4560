"""The shipped model on real scans it never saw; see the scans' own README for what is in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ai.findings import Analysis
from ai.model import ModelError, analyse, load_bundle
from ai.scan import read


def read_by_the_shipped_model(scan: Path) -> Analysis:
    """Analyse a scan; skips while no model is shipped or the scan is not here."""
    if not scan.exists():
        pytest.skip(f"{scan.name} is not here")
    try:
        bundle = load_bundle()
    except ModelError as reason:
        pytest.skip(str(reason))
    return analyse(read(scan).volume, bundle, "cpu")


def test_the_mass_is_found_in_the_tumour(shared: Path) -> None:
    mass = read_by_the_shipped_model(shared / "scans" / "rider-1129164940-dicom").finding("mass")
    assert mass is not None
    assert mass.present
    tumour = read(shared / "scans" / "rider-1129164940-tumour.nii.gz").volume
    assert tumour.hu_at(mass.peaks[0].position) == 1
    assert tumour.hu_at(mass.lesions[0].centre) == 1


def test_ground_glass_is_found_in_an_infected_slice(shared: Path) -> None:
    haze = read_by_the_shipped_model(shared / "scans" / "covid-p001-dicom").finding("groundglass")
    assert haze is not None
    assert haze.present
    truth = json.loads((shared / "scans" / "covid-p001-truth.json").read_text(encoding="utf-8"))["slices"]
    nearest = min(truth, key=lambda entry: abs(entry["z_mm"] - haze.peaks[0].position.superior))
    assert nearest["infected"] == 1


def test_the_normal_scan_has_neither(shared: Path) -> None:
    analysis = read_by_the_shipped_model(shared / "scans" / "normal001.nii.gz")
    for name in ("mass", "groundglass"):
        finding = analysis.finding(name)
        assert finding is not None
        assert not finding.present
