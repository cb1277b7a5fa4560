"""Our codes as highdicom takes them, and the concepts that all our objects share."""

from __future__ import annotations

from pydicom.sr.coding import Code as DicomCode

from ai.findings import ModelCard
from ai.report.codes import Code, ours

MANUFACTURER = "Interval"
SERIAL = "none"
ORGANISATION = "Interval, a chest-CT viewer for research"
ARTIFICIAL_INTELLIGENCE = DicomCode("123110", "DCM", "Artificial Intelligence")
MORPHOLOGY = DicomCode("49755003", "SCT", "Morphologically Abnormal Structure")
ANATOMY = DicomCode("91723000", "SCT", "Anatomical Structure")
CHEST_CT = DicomCode("169069000", "SCT", "CT of chest")
VOLUME = DicomCode("118565006", "SCT", "Volume")
LONG_AXIS = DicomCode("103339001", "SCT", "Long Axis")
SHORT_AXIS = DicomCode("103340004", "SCT", "Short Axis")
DIAMETER = DicomCode("81827009", "SCT", "Diameter")
ATTENUATION = DicomCode("112031", "DCM", "Attenuation Coefficient")
CENTRE = DicomCode("111010", "DCM", "Center")
MEAN = DicomCode("373098007", "SCT", "Mean")
CERTAINTY = DicomCode("111012", "DCM", "Certainty of Finding")
COMMENT = DicomCode("121106", "DCM", "Comment")

THRESHOLD = ours("threshold", "Certainty from which the finding is called present")
LOGIT = ours("logit", "Logit of the finding")
BIAS = ours("bias", "Logit of a scan in which nothing is found")
EXTENT = ours("extent", "Share of the structure that shows the finding")
EVIDENCE = "evidence."
"""Begins the code of a heatmap's quantity; the abnormality's name follows."""
VERDICT = ours("verdict", "Reader's verdict")
VERDICTS = {
    "open": ours("open", "Not judged by the reader"),
    "accepted": ours("accepted", "Accepted by the reader"),
}
REJECTED = ours("rejected", "Suggested by the model, rejected by the reader")
COMPOSITION = ours("composition", "What the nodule is made of")
SOLID = ours("solid_mm", "Mean diameter of the solid part")
FOUND = ours("found", "How the instance was found")
SECOND_LOOK = ours("second_look", "Looked for because the other scan shows it")
CHANGE = ours("change", "Change since the prior")
VOLUME_CHANGE = ours("volume_change", "Change of volume since the prior")
DOUBLING = ours("doubling_days", "Doubling time of the volume")
SCAN_FINDING = ours("scan_finding", "Finding of the whole scan")
INSTANCE = ours("instance", "Instance of a finding")
GONE = ours("gone", "Instance of a finding in the prior only")
NOTHING = ours("nothing", "The model calls nothing present")
WITHHELD = ours("withheld", "Findings are withheld: the scan is unlike those the model knows")
MEASURE = ours("measure", "Measure of the scan that needs no learning")
CAVEAT = ours("caveat", "What must be known of the measure")
DEFINED_BY = ours("source", "Who defined the measure")


def said(code: Code) -> DicomCode:
    """Return a code as highdicom takes it."""
    return DicomCode(code.value, code.scheme, code.meaning)


def as_dicom(code: Code | DicomCode) -> DicomCode:
    """Return a code of either kind as highdicom takes it."""
    return said(code) if isinstance(code, Code) else code


def algorithm_of(card: ModelCard) -> tuple[str, str, str]:
    """Return name, version and weights' check sum of a model."""
    return card.identifier, card.version, card.sha256
