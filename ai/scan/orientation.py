"""Does a volume file say how it lies in the patient? ITK assumes an answer where there is none; the reader is told."""

from __future__ import annotations

from pathlib import Path

import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it

from ai.scan.errors import ScanError, why
from ai.series import Notice

HEADER_BYTES = 1 << 16
_NRRD_SPACES = frozenset(
    {"left-posterior-superior", "lps", "right-anterior-superior", "ras", "left-anterior-superior", "las"}
)


def orientation_notice(path: Path, reader: sitk.ImageFileReader) -> Notice | None:
    """Return a grave notice where the file does not say which side is left; None where it does.

    Args:
        path: the volume file.
        reader: has read the file's header.
    """
    name = path.name.lower()
    if name.endswith((".nii", ".nii.gz")):
        told = _nifti_tells(reader)
    elif name.endswith((".nrrd", ".nhdr")):
        told = _nrrd_tells(_header_lines(path))
    else:
        told = any(line.startswith(("transformmatrix", "rotation", "orientation")) for line in _header_lines(path))
    if told:
        return None
    return Notice(
        f"{path.name} does not say how it lies in the patient: left and right, head and feet may be swapped. "
        "It is shown as if stored left, posterior, superior.",
        grave=True,
    )


def _nifti_tells(reader: sitk.ImageFileReader) -> bool:
    codes = [reader.GetMetaData(key) for key in ("sform_code", "qform_code") if reader.HasMetaDataKey(key)]
    return any(code.strip() not in ("", "0", "NIFTI_XFORM_UNKNOWN") for code in codes)


def _nrrd_tells(lines: list[str]) -> bool:
    fields = dict(line.split(":", 1) for line in lines if ":" in line and not line.startswith("#"))
    return "space directions" in fields and fields.get("space", "").strip() in _NRRD_SPACES


def _header_lines(path: Path) -> list[str]:
    """Return the lines of a text header, in lower case, up to the voxels."""
    try:
        with path.open("rb") as file:
            raw = file.read(HEADER_BYTES)
    except OSError as error:
        raise ScanError(f"{path} cannot be read ({why(error)}). Check its permissions.") from error
    lines = []
    for line in raw.split(b"\n"):
        text = line.decode("latin-1").strip().lower()
        if not text:
            break
        lines.append(text)
        if text.startswith("elementdatafile"):
            break
    return lines
