"""Writes a synthetic hospital: scans as DICOM, a text a report, and beside them the truth that no hospital has."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ai.phantom.background import PhantomError
from ai.phantom.hospital.course import Step, course
from ai.phantom.hospital.dictation import Dictated, Page, dictated
from ai.phantom.hospital.facts import Fact, facts_of
from ai.phantom.hospital.practice import patient_seed, practice
from ai.phantom.side_by_side import side_by_side
from ai.phantom.studies.files import instances_of
from ai.progress import QUIET, Progress
from ai.scan import write_dicom, write_volume

SCANS, REPORTS, TRUTH = "scans", "reports", "truth"
FINEST_MM, COARSEST_MM = 1.5, 4.0


@dataclass(frozen=True)
class Hospital:
    """What to write.

    Args:
        out: folder; gets ``scans/PATIENT/VISIT/*.dcm``, ``reports/ACCESSION.txt``, and of each scan
            ``truth/ACCESSION.json`` with ``truth/ACCESSION-organs.nii.gz`` (codes of ``ai.organs``).
        patients: how many.
        seed: decides everything, with the variant.
        variant: ``a`` or ``b``: other scanners and other words.
        spacing_mm: distance between slices and between pixels.
    """

    out: Path
    patients: int
    seed: int = 0
    variant: str = "a"
    spacing_mm: float = 2.5


def write_hospital(what: Hospital, progress: Progress = QUIET, workers: int = 1) -> int:
    """Write what is missing of a hospital and return how many scans there are; may be stopped and gone on with.

    Raises:
        PhantomError: numbers out of range, no such variant, or a folder that cannot be written.
    """
    if not FINEST_MM <= what.spacing_mm <= COARSEST_MM:
        raise PhantomError(f"Voxels of {what.spacing_mm:g} mm: choose {FINEST_MM:g} to {COARSEST_MM:g} mm.")
    house = practice(what.variant)
    patient_seed(house, what.seed, max(0, what.patients - 1))
    missing = [number for number in range(what.patients) if not (what.out / SCANS / _folder(number)).exists()]
    done = what.patients - len(missing)
    for _ in side_by_side(partial(write_patient, what), missing, workers):
        done += 1
        progress.report(done / what.patients, f"{done} of {what.patients} patients")
    return len(list((what.out / REPORTS).glob("*.txt")))


def _folder(number: int) -> str:
    return f"patient-{number:05}"


def write_patient(what: Hospital, number: int) -> int:
    """Write one patient, the scans last: they appear when all else is there. Return the number."""
    house = practice(what.variant)
    seed = patient_seed(house, what.seed, number)
    draft, before = what.out / f".{_folder(number)}.part", None
    try:
        shutil.rmtree(draft, ignore_errors=True)
        for step in course(seed, house, what.spacing_mm):
            visit = step.visit
            facts = facts_of(step)
            page = Page(visit.slice_mm, visit.protocol.kernel, before)
            report = dictated(facts, page, what.variant, (seed, visit.number))
            accession = f"{what.variant.upper()}{seed:08}{visit.number}"
            _write_scan(step, house.institution, accession, draft / str(visit.number))
            _write_text(what.out / REPORTS / f"{accession}.txt", report.text)
            _write_truth(what.out / TRUTH, accession, step, facts, report)
            before = visit.day
        (what.out / SCANS).mkdir(parents=True, exist_ok=True)
        draft.replace(what.out / SCANS / _folder(number))
    except OSError as cause:
        raise PhantomError(f"{what.out} could not be written ({cause.strerror}); make room.") from cause
    return number


def _write_scan(step: Step, institution: str, accession: str, folder: Path) -> None:
    scan = step.visit.scan()
    study = replace(scan.series.study, institution=institution, accession=accession)
    write_dicom(replace(scan, series=replace(scan.series, study=study, body_part="CHEST")), folder)


def _write_truth(folder: Path, accession: str, step: Step, facts: list[Fact], report: Dictated) -> None:
    truth: dict[str, Any] = {
        "labels": sorted(step.labels),
        "fates": {label: fate.value for label, fate in sorted(step.fates.items())},
        "lobes": {
            fact.label: sorted({lobe for s in fact.spots for lobe in s.lobes}) for fact in facts if fact.is_there
        },
        "omitted": report.omitted,
        "hedged": report.hedged,
        "suspected": report.suspected,
        "instances": instances_of(step.visit),
    }
    _write_text(folder / f"{accession}.json", json.dumps(truth, indent=1) + "\n")
    canvas = step.visit.canvas
    if canvas.organs is not None:
        write_volume(folder / f"{accession}-organs.nii.gz", canvas.organs.cpu().numpy(), canvas.grid)


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
