"""Goes through files one by one and sorts out what each is."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ai.progress import Progress
from ai.scan.errors import HeaderFault, ScanError, why
from ai.scan.files import is_archive, members
from ai.scan.grouping import Picture
from ai.scan.headers import CT_IMAGE, DIRECTORY, ENHANCED_CT, Header, read_header, slice_header
from ai.series import Beside

VOLUME_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
REPORT_EVERY = 64
_STORAGE = "1.2.840.10008.5.1.4.1.1"
TOLD_OF = (f"{_STORAGE}.88.", f"{_STORAGE}.66.4", f"{_STORAGE}.66.7", f"{_STORAGE}.30", f"{_STORAGE}.104.")
"""SOP classes of what is said of a scan: structured reports, segmentations, parametric maps, documents (PS3.4 B.5)."""


@dataclass
class Found:
    """What a search has come across so far."""

    pictures: list[Picture] = field(default_factory=list)
    volumes: list[Path] = field(default_factory=list)
    files: int = 0
    strangers: list[Path] = field(default_factory=list)
    other_modalities: Counter[str] = field(default_factory=Counter)
    beside: dict[str, list[Beside]] = field(default_factory=dict)
    """Objects without slices by the study they belong to: reports, segmentations, documents."""
    masks: list[Path] = field(default_factory=list)
    localisers: int = 0
    sheets: int = 0
    faults: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Files that a DICOMDIR lists and that are not there."""
    _headers: dict[tuple[str, tuple[str, ...]], Header] = field(default_factory=dict)

    def picture(self, header: Header) -> list[Picture]:
        """Return the pictures of one file. Of equal acquisitions only the first header is kept: 15 KB each."""
        kept = self._headers.setdefault((header.series_uid, header.acquisition), header)
        if header.sop_class not in ENHANCED_CT:
            return [Picture(kept, slice_header(header), header.instance_uid, header.lossy, header.doubts)]
        # pydicom takes 0.2 s to import: only who meets sequences waits for it.
        from ai.scan.enhanced import frames  # noqa: PLC0415

        return [Picture(kept, frame, header.instance_uid, header.lossy) for frame in frames(header)]


def is_volume_file(path: Path) -> bool:
    """Tell by its name whether a file is a whole volume (NIfTI, NRRD, MetaImage)."""
    return path.name.lower().endswith(VOLUME_SUFFIXES)


def files_under(folder: Path, nested: bool = True) -> Iterator[Path]:
    """Walk a folder in the order of names, hidden files and folders left out; ZIP archives stand as they are.

    Args:
        folder: where to begin.
        nested: whether to go into the folders inside it.
    """

    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise ScanError(f"{folder} cannot be read ({why(error)}). Check its permissions.") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if nested and not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(parent, name)


def search(files: Iterator[Path], found: Found, progress: Progress, so_far: Callable[[], None] | None = None) -> Found:
    """Look into every file, and into every file of every archive.

    Args:
        files: where to look.
        found: what is known already; grows.
        progress: told how many files were looked through.
        so_far: called now and then in between.
    """
    for file in _with_members(files, found):
        if found.files % REPORT_EVERY == 0:
            progress.report(0.0, f"Looking through {found.files} files")
            if so_far is not None:
                so_far()
        found.files += 1
        if is_volume_file(file):
            found.volumes.append(file)
            continue
        try:
            _take(found, file)
        except HeaderFault as fault:
            found.faults.append(str(fault))
    return found


def _with_members(files: Iterator[Path], found: Found) -> Iterator[Path]:
    for file in files:
        if not is_archive(file):
            yield file
            continue
        try:
            inside = members(file)
        except HeaderFault as fault:
            found.files += 1
            found.faults.append(str(fault))
            continue
        yield from inside


def _take(found: Found, file: Path) -> None:
    header = None if is_archive(file) else read_header(file)
    if header is None:
        found.strangers.append(file)
    elif header.sop_class == DIRECTORY or file.name.upper() == "DICOMDIR":
        return
    elif header.modality not in ("CT", "") or header.sop_class not in (CT_IMAGE, *ENHANCED_CT, ""):
        found.other_modalities[header.modality or "unknown"] += 1
        if header.study_uid and header.sop_class.startswith(TOLD_OF):
            beside = Beside(file, header.modality, header.sop_class)
            found.beside.setdefault(header.study_uid, []).append(beside)
    elif header.is_localiser:
        found.localisers += 1
    elif header.is_sheet:
        found.sheets += 1
    else:
        found.pictures.extend(found.picture(header))
