"""report.fhir.json: the reading as a FHIR R4 DiagnosticReport, with an Observation for each finding and instance."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ai.findings import Analysis, Finding, Lesion, Quantity
from ai.report import plain
from ai.report.codes import UCUM_UNITS, URLS, Code, abnormality_code, ours, side_code, site_of
from ai.report.plain import RESEARCH_ONLY, Plain
from ai.report.uids import Uids
from ai.report.whole_file import write_whole
from ai.series import Scan

OUR_URL = "urn:interval:concepts"
"""The name of our own scheme in FHIR."""
_LOINC = "http://loinc.org"
_UCUM = "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_DEPARTMENT = "http://terminology.hl7.org/CodeSystem/v2-0074"


def write_fhir(
    analysis: Analysis,
    scan: Scan,
    folder: Path,
    verdicts: Mapping[str, str] | None = None,
    uids: Uids | None = None,
    text: str = "",
) -> Path:
    """Write ``report.fhir.json`` and return it.

    The report names its study by UID and no patient: whoever stores it knows the patient by the study. What the reader
    rejected, and what is neither present nor accepted, is not in it.

    Args:
        analysis: what was found.
        scan: what was read.
        folder: where to write.
        verdicts: ``accepted`` or ``rejected`` by abnormality.
        uids: the export's identifiers; anonymous ones also leave out when the report was made.
        text: the report in words; becomes the conclusion.

    Raises:
        ReportError: the file cannot be written.
    """
    document = fhir_document(analysis, scan, verdicts or {}, uids or Uids(), text)
    return write_whole(folder / "report.fhir.json", plain.as_json(document))


def fhir_document(analysis: Analysis, scan: Scan, verdicts: Mapping[str, str], uids: Uids, text: str = "") -> Plain:
    """Return the DiagnosticReport (HL7 FHIR R4, hl7.org/fhir/R4/diagnosticreport.html)."""
    observations = _observations(analysis, verdicts)
    document: Plain = {
        "resourceType": "DiagnosticReport",
        "text": {"status": "generated", "div": _narrative()},
        "contained": [_device(analysis), *observations],
        "status": "preliminary",
        "category": [{"coding": [{"system": _DEPARTMENT, "code": "RAD", "display": "Radiology"}]}],
        "code": {"coding": [{"system": _LOINC, "code": "24627-2", "display": "CT Chest"}], "text": "CT of chest"},
        "result": [{"reference": f"#{one['id']}"} for one in observations],
    }
    if scan.series.study.uid:
        identifier = {"system": "urn:dicom:uid", "value": f"urn:oid:{scan.series.study.uid}"}
        document["imagingStudy"] = [{"type": "ImagingStudy", "identifier": identifier}]
    if not uids.anonymous:
        document["issued"] = datetime.now(UTC).isoformat(timespec="seconds")
    if text.strip():
        document["conclusion"] = text.strip()
        data = base64.b64encode(text.strip().encode()).decode("ascii")
        document["presentedForm"] = [{"contentType": "text/plain; charset=utf-8", "data": data}]
    return {key: value for key, value in document.items() if value != []}


def _narrative() -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{RESEARCH_ONLY}</div>'


def _observations(analysis: Analysis, verdicts: Mapping[str, str]) -> list[Plain]:
    made: list[Plain] = []
    for finding in () if analysis.withheld else analysis.findings:
        verdict = verdicts.get(finding.abnormality.name, "open")
        if verdict == "rejected" or not (finding.present or verdict == "accepted"):
            continue
        name = finding.abnormality.name.replace("_", "-")
        lesions = [_of_lesion(lesion, f"{name}-{n}", verdict) for n, lesion in enumerate(finding.lesions, 1)]
        made.append(_of_finding(finding, name, verdict, [f"#{one['id']}" for one in lesions]))
        made += lesions
    return made + [_of_quantity(quantity) for quantity in analysis.quantities if quantity.value is not None]


def _of_finding(finding: Finding, name: str, verdict: str, members: list[str]) -> Plain:
    made = _observation(name, abnormality_code(finding.abnormality), verdict)
    made["valueCodeableConcept"] = {
        "coding": [{"system": URLS["SCT"], "code": "52101004", "display": "Present"}],
        "text": "Present",
    }
    made["component"] = [
        _component(Code("111012", "DCM", "Certainty of Finding"), finding.probability * 100, "%"),
        _component(
            ours("threshold", "Certainty from which the finding is called present"), finding.threshold * 100, "%"
        ),
    ]
    if members:
        made["hasMember"] = [{"reference": member} for member in members]
    return made


def _of_lesion(lesion: Lesion, name: str, verdict: str) -> Plain:
    made = _observation(name, abnormality_code(lesion.abnormality), verdict)
    site = site_of(lesion.location)
    said = site.structure.meaning if site.side is None else f"{site.structure.meaning}, {site.side.meaning.lower()}"
    codings = [_coding(site.structure)] + ([] if site.side is None else [_coding(site.side)])
    made["bodySite"] = {"coding": codings, "text": said}
    long_mm, short_mm = lesion.diameters_mm
    told = [
        (Code("118565006", "SCT", "Volume"), lesion.volume_mm3, "mm3"),
        (Code("103339001", "SCT", "Long axis"), long_mm, "mm"),
        (Code("103340004", "SCT", "Short axis"), short_mm, "mm"),
        (Code("112031", "DCM", "Attenuation Coefficient"), lesion.mean_hu, "HU"),
        (Code("111012", "DCM", "Certainty of Finding"), lesion.confidence * 100, "%"),
    ]
    made["component"] = [_component(code, value, unit) for code, value, unit in told if math.isfinite(value)]
    return made


def _of_quantity(quantity: Quantity) -> Plain:
    made = _observation(f"measure-{quantity.name.replace('_', '-')}", ours(quantity.name, quantity.title), "open")
    made["valueQuantity"] = _quantity(quantity.value or 0.0, quantity.unit)
    if quantity.caveat:
        made["note"].append({"text": quantity.caveat})
    lungs = {"right_lung": "right", "left_lung": "left"}
    made["component"] = [
        {
            "code": {
                "text": f"{quantity.title}, {organ.replace('_', ' ')}",
                "coding": [_coding(site_of(organ).structure)],
            }
            | (
                {}
                if organ not in lungs
                else {"coding": [_coding(site_of(organ).structure), _coding(side_code(lungs[organ]))]}
            ),
            "valueQuantity": _quantity(value, quantity.unit),
        }
        for organ, value in quantity.per_organ
    ]
    return {key: value for key, value in made.items() if value != []}


def _observation(name: str, code: Code, verdict: str) -> Plain:
    said = {"accepted": "Accepted by the reader.", "open": "Not judged by the reader."}
    return {
        "resourceType": "Observation",
        "id": name[:64],
        "status": "preliminary",
        "category": [{"coding": [{"system": _CATEGORY, "code": "imaging", "display": "Imaging"}]}],
        "code": {"coding": [_coding(code)], "text": code.meaning},
        "device": {"reference": "#model"},
        "note": [{"text": said.get(verdict, said["open"])}],
    }


def _component(code: Code, value: float, unit: str) -> Plain:
    return {"code": {"coding": [_coding(code)], "text": code.meaning}, "valueQuantity": _quantity(value, unit)}


def _quantity(value: float, unit: str) -> Plain:
    code = UCUM_UNITS.get(unit, unit)
    return {"value": plain.number(value), "unit": unit or "1", "system": _UCUM, "code": code}


def _coding(code: Code) -> Plain:
    return {"system": URLS.get(code.scheme, OUR_URL), "code": code.value, "display": code.meaning}


def _device(analysis: Analysis) -> Plain:
    card = analysis.card
    return {
        "resourceType": "Device",
        "id": "model",
        "manufacturer": "Interval",
        "deviceName": [{"name": card.title or card.identifier, "type": "model-name"}],
        "modelNumber": card.identifier,
        "version": [{"value": card.version}, {"type": {"text": "sha256 of the weights"}, "value": card.sha256}],
        "note": [{"text": f"Trained on: {card.trained_on}"}, {"text": RESEARCH_ONLY}],
    }
