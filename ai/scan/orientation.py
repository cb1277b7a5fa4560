"""Does a volume file say how it lies in the patient? ITK assumes an answer where there is none; the reader is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it

from ai.geometry import Matrix
from ai.scan.errors import ScanError
from ai.scan.text_headers import text_header
from ai.series import Notice

SAME_PLACE = 0.01
"""Share of a voxel by which two ways of saying where a volume lies may differ: rounding of numbers as text."""
_UNCODED = "NIFTI_XFORM_UNKNOWN"
MOST_LEAN = 1e-3
"""Largest cosine between two axes that are perpendicular but for rounding."""


def orientation_notices(path: Path, reader: sitk.ImageFileReader) -> tuple[Notice, ...]:
    """Return grave notices where the file does not say which side is left, says it twice differently, or leans.

    Args:
        path: the volume file.
        reader: has read the file's header.

    Raises:
        ScanError: the header is damaged: ITK read something else than it says.
    """
    directions = np.array(reader.GetDirection()).reshape(3, 3)
    if path.name.lower().endswith((".nii", ".nii.gz")):
        told = _nifti_notice(path, reader)
    else:
        told = _text_notice(path, reader, directions * np.array(reader.GetSpacing()))
    lean = float(np.abs(directions.T @ directions - np.eye(3)).max())
    crooked = Notice(
        f"The axes of {path.name} are not perpendicular (by {np.degrees(np.arcsin(min(lean, 1))):.1f}°): a tilted "
        "gantry, or a damaged header. It is shown as it says.",
        grave=True,
    )
    return tuple(notice for notice in (told, crooked if lean > MOST_LEAN else None) if notice is not None)


def _nowhere(path: Path) -> Notice:
    return Notice(
        f"{path.name} does not say how it lies in the patient: left and right, head and feet may be swapped. "
        "It is shown as if stored left, posterior, superior.",
        grave=True,
    )


def _text_notice(path: Path, reader: sitk.ImageFileReader, axes_mm: Matrix) -> Notice | None:
    affine = text_header(path).affine()
    if affine is None:
        return _nowhere(path)
    by_itk = np.eye(4)
    by_itk[:3, :3], by_itk[:3, 3] = axes_mm, reader.GetOrigin()
    if _apart(affine, by_itk, reader) > SAME_PLACE:
        raise ScanError(f"{path} has a damaged header: it does not say clearly where it lies. Export it again.")
    return None


def _nifti_notice(path: Path, reader: sitk.ImageFileReader) -> Notice | None:
    """A NIfTI file may say twice where it lies, by a matrix (sform) and by a quaternion (qform)."""
    known = {key: reader.GetMetaData(key).strip() for key in reader.GetMetaDataKeys()}
    coded = [known.get(f"{form}_code_name", _UNCODED) != _UNCODED for form in ("sform", "qform")]
    if not any(coded):
        return _nowhere(path)
    if not all(coded) or _apart(_sform(known), _qform(known), reader) <= 0.5:
        return None
    return Notice(
        f"{path.name} says in two ways where it lies (sform and qform), and they differ: it may be turned, moved or "
        "stretched. One of them is followed.",
        grave=True,
    )


def _apart(one: Matrix, other: Matrix, reader: sitk.ImageFileReader) -> float:
    """Return how far apart two affines put the corners of the volume, as a share of its smallest spacing."""
    i, j, k = (n - 1 for n in reader.GetSize())
    corners = np.array([[a, b, c, 1] for a in (0, i) for b in (0, j) for c in (0, k)], dtype=np.float64)
    far = np.abs(corners @ (one - other).T).max()
    return float(far / min(reader.GetSpacing())) if np.isfinite(far) else np.inf


def _sform(known: dict[str, str]) -> Matrix:
    rows = [[float(v) for v in known[f"srow_{axis}"].split()] for axis in "xyz"]
    return np.array([*rows, [0, 0, 0, 1]], dtype=np.float64)


def _qform(known: dict[str, str]) -> Matrix:
    """Return the quaternion's affine (nifti1.h, method 2)."""
    b, c, d = (float(known[f"quatern_{axis}"]) for axis in "bcd")
    a = np.sqrt(max(0.0, 1 - b * b - c * c - d * d))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    spacing = np.array([float(known[f"pixdim[{axis}]"]) for axis in (1, 2, 3)])
    spacing[2] *= -1 if float(known["pixdim[0]"]) < 0 else 1
    affine = np.eye(4)
    affine[:3, :3] = rotation * spacing
    affine[:3, 3] = [float(known[f"qoffset_{axis}"]) for axis in "xyz"]
    return affine
