"""What others wrote beside a scan: told in words, never taken for findings of this program."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset

from ai.report.dicom.content import Item
from ai.report.dicom.objects import REPORTS, SEGMENTATIONS, groups_of, is_of, is_ours, read_object
from ai.report.errors import ReportError
from ai.series import Notice, Scan

_MOST = 5
"""So many are told one by one; of more, the number."""
_FAULTS = (AttributeError, IndexError, KeyError, TypeError, ValueError, ReportError)


def foreign_notices(scan: Scan) -> tuple[Notice, ...]:
    """Say what reports and segmentations of others lie beside a scan."""
    told = []
    for beside in scan.series.beside:
        if not beside.sop_class.startswith(REPORTS) and beside.sop_class not in SEGMENTATIONS:
            continue
        try:
            made = read_object(beside.path, pixels=False)
            said = "" if is_ours(made) else _said(beside.path, made, scan)
        except _FAULTS:
            said = f"{beside.path.name} ({beside.modality}) beside the scan cannot be read; it was left out."
        if said:
            told.append(Notice(said, of_place=True))
    if len(told) > _MOST:
        rest = len(told) - _MOST
        told = [*told[:_MOST], Notice(f"{rest} more reports or segmentations of others lie there.", of_place=True)]
    return tuple(told)


def _said(path: Path, made: Dataset, scan: Scan) -> str:
    maker = str(made.get("Manufacturer") or "an unnamed maker")
    if str(made.SOPClassUID).startswith(REPORTS):
        title = Item(made).concept.meaning or "structured report"
        groups = len(groups_of(made))
        what = f"{title}, {groups} measurement groups" if groups else title
        other = "" if is_of(made, scan) else "; it names no slice of this series"
        return f"{path.name} is a report by {maker} ({what}{other}): not read as findings, its text can be checked."
    labels = [str(segment.get("SegmentLabel") or "unnamed") for segment in made.SegmentSequence]
    shown = ", ".join(labels[:_MOST]) + (" …" if len(labels) > _MOST else "")
    return f"{path.name} is a segmentation by {maker} ({shown}): not read as findings."
