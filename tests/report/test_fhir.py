"""report.fhir.json is a FHIR DiagnosticReport, by the standard's own rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ai.report.fhir_report import write_fhir
from ai.report.plain import Plain
from ai.report.uids import Uids
from tests.support.handed_on import STUDY_UID, VERDICTS, Handed


@pytest.fixture
def document(handed: Handed, tmp_path: Path) -> Plain:
    """Return the document of the reading."""
    path = write_fhir(handed.reading.analysis, handed.reading.scan, tmp_path, VERDICTS, text="A nodule. 结节。")
    found: Plain = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_it_keeps_the_standard(document: Plain) -> None:
    # R4B differs from R4 in neither DiagnosticReport nor Observation; the library no longer ships R4.
    fhir = pytest.importorskip("fhir.resources.R4B.diagnosticreport", reason="needs fhir.resources")
    report = fhir.DiagnosticReport.model_validate(document)
    assert report.status == "preliminary"
    assert len(report.result) == len(report.contained) - 1


def test_it_tells_instances_with_codes_and_units(document: Plain) -> None:
    by_id = {one["id"]: one for one in document["contained"]}
    nodule, first = by_id["nodule"], by_id["nodule-1"]
    assert nodule["code"]["coding"] == [{"system": "http://snomed.info/sct", "code": "27925004", "display": "Nodule"}]
    assert nodule["hasMember"] == [{"reference": "#nodule-1"}, {"reference": "#nodule-2"}]
    sizes = {one["code"]["text"]: one["valueQuantity"] for one in first["component"]}
    assert sizes["Long axis"] == {"value": 7.25, "unit": "mm", "system": "http://unitsofmeasure.org", "code": "mm"}
    assert first["bodySite"]["text"] == "Upper lobe of lung, right"
    assert first["note"] == [{"text": "Accepted by the reader."}]
    assert by_id["measure-laa-950"]["valueQuantity"]["value"] == 12.3
    assert document["conclusion"] == "A nodule. 结节。"


def test_rejected_and_absent_findings_and_the_patient_are_not_in_it(document: Plain) -> None:
    assert {"mass", "emphysema"}.isdisjoint({one["id"] for one in document["contained"]})
    text = json.dumps(document)
    for secret in ("Roe", "T-1", "1950", "2024-01-31"):
        assert secret not in text
    assert document["imagingStudy"][0]["identifier"]["value"] == f"urn:oid:{STUDY_UID}"


def test_an_anonymous_one_does_not_say_when(handed: Handed, tmp_path: Path) -> None:
    uids = Uids(anonymous=True)
    path = write_fhir(handed.reading.analysis, handed.reading.scan, tmp_path, uids=uids)
    assert "issued" not in json.loads(path.read_text(encoding="utf-8"))
