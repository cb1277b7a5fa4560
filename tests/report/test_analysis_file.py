"""analysis.json and the heatmaps."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ai import report
from ai.findings import Analysis
from ai.report import ReportError, write_analysis
from ai.scan import read
from ai.series import Scan
from tests.support.synthetic_analysis import CARD, analysis, finding, lesion, scan
from tests.support.synthetic_chest import chest, chest_grid


@pytest.fixture(scope="module")
def seen() -> Scan:
    return scan(chest(chest_grid((20.0, 12.0, 12.0))), date(2024, 5, 6))


@pytest.fixture
def said() -> Analysis:
    return analysis(
        finding("nodule", 2.0, (lesion("nodule", (-60.123456, 10, 40), 8.04),)), finding("groundglass", -1.5)
    )


def test_the_schema(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    document = json.loads(write_analysis(said, seen, tmp_path).read_text(encoding="utf-8"))
    assert document["schema"] == 1
    assert document["model"].items() >= {"id": "test-model", "version": "0.1", "sha256": "ab" * 32}.items()
    assert document["model"]["trained_on"] == CARD.trained_on
    assert (document["device"], document["seconds"]) == ("cpu", 1.5)
    assert document["scan"]["taken_on"] == "2024-05-06"
    assert np.allclose(document["scan"]["index_to_lps_mm"], seen.volume.grid.affine)
    nodule, glass = document["findings"]
    assert nodule["abnormality"] == "nodule"
    assert (nodule["present"], glass["present"]) == (True, False)
    assert nodule["probability"] == pytest.approx(1 / (1 + math.exp(-2)))
    assert (nodule["threshold"], nodule["logit"], nodule["bias"]) == (0.5, 2.0, -3.0)
    assert nodule["heatmap"] == "heatmaps/nodule.nii.gz"
    assert nodule["peaks"] == [{"position_mm": [25.0, 0.0, -30.0], "evidence": 5.0}]
    (found,) = nodule["lesions"]
    assert found["centre_mm"] == [-60.12, 10.0, 40.0]
    assert found["diameter_mm"] == 8.0
    assert found["volume_mm3"] == pytest.approx(math.pi / 6 * 8.04**3)
    assert found["location"] == "right_upper"


def test_heatmaps_lie_in_patient_space_and_add_up(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    import SimpleITK  # noqa: PLC0415

    document = json.loads(write_analysis(said, seen, tmp_path).read_text(encoding="utf-8"))
    for entry in document["findings"]:
        image = SimpleITK.ReadImage(str(tmp_path / entry["heatmap"]))
        assert image.GetPixelID() == SimpleITK.sitkFloat32
        values = SimpleITK.GetArrayFromImage(image)
        assert entry["bias"] + values.sum() == pytest.approx(entry["logit"], abs=1e-4)
        hottest = np.unravel_index(values.argmax(), values.shape)
        place = image.TransformIndexToPhysicalPoint([int(i) for i in hottest[::-1]])
        assert place == pytest.approx(entry["peaks"][0]["position_mm"], abs=0.01)


def test_heatmaps_are_read_back_by_our_own_reader(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    write_analysis(said, seen, tmp_path)
    again = read(tmp_path / "heatmaps" / "nodule.nii.gz")
    assert np.allclose(again.volume.grid.affine, said.findings[0].heatmap.grid.affine, atol=1e-3)


def test_numbers_are_finite(tmp_path: Path, seen: Scan) -> None:
    odd = analysis(finding("nodule", lesions=(lesion("nodule", (0, 0, 0), math.nan),)))
    text = write_analysis(odd, seen, tmp_path).read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["findings"][0]["lesions"][0]["volume_mm3"] is None


def test_nothing_half_written_is_left(
    tmp_path: Path, seen: Scan, said: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(path: Path, values: object, grid: object) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report.analysis_file, "write_volume", breaks)
    with pytest.raises(ReportError, match=r"nodule\.nii\.gz could not be written \(No space left on device\)"):
        write_analysis(said, seen, tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path, seen: Scan, said: Analysis) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ReportError, match="could not be written"):
        write_analysis(said, seen, tmp_path / "taken")


def test_patients_are_not_named(tmp_path: Path, said: Analysis) -> None:
    from tests.support.readings import scan_of  # noqa: PLC0415

    named = scan_of()
    assert named.series.study.patient.name
    text = write_analysis(said, named, tmp_path).read_text(encoding="utf-8")
    assert named.series.study.patient.name not in text
