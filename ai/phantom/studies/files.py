"""Writes synthetic studies: DICOM, masks and organs as NIfTI, instances and fates as JSON, the report as text."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ai.phantom.background import PhantomError
from ai.phantom.case import drawn_case
from ai.phantom.catalogue import CATALOGUE
from ai.phantom.studies.fates import Lot
from ai.phantom.studies.follow_up import Pair, drawn_pair
from ai.phantom.studies.places import lobe_of, side_of
from ai.phantom.studies.report_text import report_text
from ai.phantom.studies.visit import Visit, first_day
from ai.progress import QUIET, Part, Progress
from ai.scan import write_dicom, write_volume

FINEST_MM, COARSEST_MM = 0.6, 4.0
_AXES = ("left", "posterior", "superior")
_DIRECTION = (
    "displacement/AXIS_mm.nii.gz lie on the follow-up's voxels. Added to a voxel's place in the follow-up's patient "
    "coordinates (DICOM LPS, millimetres) they give the place of the same tissue in the prior's. They hold breath, "
    "posture and table, not what growth, collapse or fluid pushed aside."
)


def write_case(
    seed: int,
    out: Path,
    findings: frozenset[str] | None = None,
    spacing_mm: float = 1.5,
    follow_up: bool = False,
    progress: Progress = QUIET,
) -> None:
    """Draw the case of a seed and write it.

    Without follow-up ``out`` holds ``dicom/``, ``masks/LABEL.nii.gz`` (1 where at least half of the voxel is the
    abnormality), ``unknown/LABEL.nii.gz``, ``organs.nii.gz`` (codes of ``ai.organs``), ``instances.json`` and
    ``report.txt``. With it, ``prior/`` and ``current/`` hold these, and beside them lie ``fates.json`` and
    ``displacement/``.

    Args:
        seed: decides everything.
        out: folder, made if missing.
        findings: exactly these abnormalities, or None to let chance decide.
        spacing_mm: voxel size.
        follow_up: whether a second visit is drawn.
        progress: told meanwhile.

    Raises:
        PhantomError: an abnormality that cannot be drawn, or a voxel size out of range.
        ScanError: a file cannot be written.
    """
    _refuse(findings, spacing_mm, seed)
    if follow_up:
        _write_pair(drawn_pair(seed, findings, spacing_mm, Part(progress, 0.0, 0.6)), out, Part(progress, 0.6, 1.0))
        return
    progress.report(0.0, "drawing the case")
    case = drawn_case(seed, findings=findings, spacing_mm=spacing_mm)
    visit = Visit(seed, 0, first_day(seed), case.canvas, case.hu, case.protocol)
    progress.report(0.6, "writing")
    _write_visit(visit, out, report_text(visit))
    progress.report(1.0, "written")


def _refuse(findings: frozenset[str] | None, spacing_mm: float, seed: int) -> None:
    drawable = sorted({label for thing in CATALOGUE for label in thing.labels})
    wrong = sorted((findings or frozenset()) - set(drawable))
    if wrong:
        raise PhantomError(f"{', '.join(wrong)} cannot be drawn; what can: {', '.join(drawable)}.")
    if not FINEST_MM <= spacing_mm <= COARSEST_MM:
        raise PhantomError(f"Voxels of {spacing_mm:g} mm cannot be drawn; choose {FINEST_MM:g} to {COARSEST_MM:g} mm.")
    if seed < 0:
        raise PhantomError(f"{seed} is no seed; choose 0 or more.")


def _write_pair(pair: Pair, out: Path, progress: Progress) -> None:
    progress.report(0.0, "writing the prior")
    _write_visit(pair.prior, out / "prior", report_text(pair.prior))
    progress.report(0.4, "writing the follow-up")
    _write_visit(pair.current, out / "current", report_text(pair.current, pair.prior, pair.lots))
    for axis, values in zip(_AXES, pair.displacement_mm, strict=True):
        path = out / "displacement" / f"{axis}_mm.nii.gz"
        write_volume(path, np.ascontiguousarray(values), pair.current.canvas.grid)
    _write_json(
        out / "fates.json",
        {
            "lesions": [_lot(lot, pair) for lot in pair.lots],
            "prior_and_current": "places in prior/instances.json and current/instances.json, from 0",
            "factor": "diameter in the follow-up over diameter in the prior",
            "displacement": _DIRECTION,
        },
    )
    progress.report(1.0, "written")


def _lot(lot: Lot, pair: Pair) -> dict[str, Any]:
    visit, number = (pair.current, lot.current) if lot.current is not None else (pair.prior, lot.prior or 0)
    return {"label": visit.canvas.instances[number].label, **asdict(lot)}


def _write_visit(visit: Visit, folder: Path, report: str) -> None:
    canvas = visit.canvas
    write_dicom(visit.scan(), folder / "dicom")
    for label, share in canvas.truth.items():
        if bool((share >= 0.5).any()):
            write_volume(folder / "masks" / f"{label}.nii.gz", (share >= 0.5).cpu().numpy(), canvas.grid)
    for label, where in canvas.unknown.items():
        if bool(where.any()):
            write_volume(folder / "unknown" / f"{label}.nii.gz", where.cpu().numpy(), canvas.grid)
    if canvas.organs is not None:
        write_volume(folder / "organs.nii.gz", canvas.organs.cpu().numpy(), canvas.grid)
    _write_json(folder / "instances.json", instances_of(visit))
    _write_text(folder / "report.txt", report)


def instances_of(visit: Visit) -> list[dict[str, Any]]:
    """Return a visit's lesions as plain values; centres in patient coordinates (LPS, millimetres)."""
    canvas = visit.canvas
    found = []
    for one in canvas.instances:
        up, back, left = one.centre
        place = canvas.origin.moved(left, back, up)
        found.append(
            {
                "label": one.label,
                "centre_lps_mm": [round(float(v), 2) for v in place.array()],
                "diameter_mm": round(one.diameter_mm, 2),
                "volume_mm3": round(one.volume_mm3, 1),
                "words": one.words,
                "lobe": lobe_of(canvas, one),
                "side": side_of(canvas, one),
            }
        )
    return found


def _write_json(path: Path, content: object) -> None:
    _write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as cause:
        raise PhantomError(f"{path} could not be written ({cause.strerror}); choose another folder.") from cause
