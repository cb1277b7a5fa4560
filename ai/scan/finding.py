"""From a folder or file to the series it holds; what is left out is told."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ai.progress import QUIET, Progress
from ai.scan.errors import HeaderFault, ScanError, why
from ai.scan.grouping import Picture, stacks
from ai.scan.headers import CT_IMAGE, DIRECTORY, ENHANCED_CT, Header, read_header, slice_header, study, windows
from ai.scan.stacking import ordered, stack
from ai.series import Notice, Series

VOLUME_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
REPORT_EVERY = 64


@dataclass
class _Found:
    """What a search has come across so far."""

    pictures: list[Picture] = field(default_factory=list)
    volumes: list[Path] = field(default_factory=list)
    files: int = 0
    strangers: list[Path] = field(default_factory=list)
    other_modalities: Counter[str] = field(default_factory=Counter)
    localisers: int = 0
    faults: list[str] = field(default_factory=list)


def is_volume_file(path: Path) -> bool:
    """Tell by its name whether a file is a whole volume (NIfTI, NRRD, MetaImage)."""
    return path.name.lower().endswith(VOLUME_SUFFIXES)


def find_series(path: Path, progress: Progress = QUIET) -> list[Series]:
    """Return the CT series under a folder, or the one that a file belongs to; never an empty list.

    Files that are no CT slice are left out and named in the notices of each series.

    Raises:
        ScanError: there is no such path, it may not be read, or it holds no CT; the sentence says which.
    """
    path = Path(path)
    progress.report(0.0, f"Looking at {path.name}")
    try:
        path.stat()
    except FileNotFoundError as error:
        raise ScanError(f"{path} does not exist. Check the name.") from error
    except OSError as error:
        raise ScanError(f"{path} cannot be read ({why(error)}). Check its permissions.") from error
    if path.is_dir():
        return _in_folder(path, _files(path), progress)
    if path.name.upper() == "DICOMDIR":
        return _in_folder(path.parent, _files(path.parent), progress)
    return _of_file(path, progress)


def _of_file(path: Path, progress: Progress) -> list[Series]:
    if is_volume_file(path):
        return [_volume_series(path)]
    try:
        header = read_header(path)
    except HeaderFault as error:
        raise ScanError(str(error)) from error
    if header is None:
        what = "is empty" if path.stat().st_size == 0 else "is no DICOM file, nor NIfTI, NRRD or MetaImage by its name"
        raise ScanError(f"{path} {what}. Choose a CT slice or volume, or its folder.")
    beside = [Path(entry.path) for entry in sorted(os.scandir(path.parent), key=lambda e: e.name) if entry.is_file()]
    found = _search(iter(beside), progress)
    mine = next((p for p in found.pictures if p.header.path == path), None)
    if mine is None:
        raise _nothing(path, _search(iter([path]), progress))
    return [s for s in _series(path, found) if any(h.path == path for h in s.slices)]


def _in_folder(folder: Path, files: Iterator[Path], progress: Progress) -> list[Series]:
    found = _search(files, progress)
    volumes = _volumes(found, progress)
    series = _series(folder, found) + volumes
    if not series:
        raise _nothing(folder, found)
    return series


def _files(folder: Path) -> Iterator[Path]:
    """Walk a folder in the order of names, hidden files and folders left out."""

    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise ScanError(f"{folder} cannot be read ({why(error)}). Check its permissions.") from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(parent, name)


def _search(files: Iterator[Path], progress: Progress) -> _Found:
    found = _Found()
    for file in files:
        if found.files % REPORT_EVERY == 0:
            progress.report(0.0, f"Looking through {found.files} files")
        found.files += 1
        if is_volume_file(file):
            found.volumes.append(file)
            continue
        try:
            _take(found, file)
        except HeaderFault as fault:
            found.faults.append(str(fault))
    return found


def _take(found: _Found, file: Path) -> None:
    header = read_header(file)
    if header is None:
        found.strangers.append(file)
    elif header.sop_class == DIRECTORY or file.name.upper() == "DICOMDIR":
        return
    elif header.modality not in ("CT", "") or header.sop_class not in (CT_IMAGE, *ENHANCED_CT, ""):
        found.other_modalities[header.modality or "unknown"] += 1
    elif "LOCALIZER" in header.image_type:
        found.localisers += 1
    else:
        found.pictures.extend(_pictures(header))


def _pictures(header: Header) -> list[Picture]:
    if header.sop_class not in ENHANCED_CT:
        return [Picture(header, slice_header(header))]
    # pydicom takes 0.2 s to import: only who meets sequences waits for it.
    from ai.scan.enhanced import frames  # noqa: PLC0415

    return frames(header)


def _series(source: Path, found: _Found) -> list[Series]:
    notices = _left_out(found)
    uids: Counter[str] = Counter()
    series = []
    for pictures in stacks(found.pictures):
        one = _one_series(source, pictures, notices)
        uids[one.uid] += 1
        part = uids[one.uid]
        series.append(one if part == 1 else replace(one, uid=f"{one.uid}#{part}"))
    return sorted(series, key=lambda s: (s.number is None, s.number or 0, s.uid))


def _one_series(source: Path, pictures: list[Picture], notices: tuple[Notice, ...]) -> Series:
    first = pictures[0].header
    slices = tuple(ordered([p.slice for p in pictures]))
    thickness = first.number(0x00180050)
    lossy = any(p.header.lossy for p in pictures)
    if lossy:
        notices = (*notices, Notice("The pictures were compressed with loss; fine detail may be missing.", grave=True))
    series = Series(
        uid=first.series_uid,
        source=source,
        study=study(first),
        modality=first.modality or "CT",
        number=first.whole(0x00200011),
        description=first.text(0x0008103E),
        kernel=first.text(0x00181210).replace("\\", " "),
        thickness_mm=thickness if thickness and thickness > 0 else None,
        windows=windows(first),
        lossy=lossy,
        slices=slices,
        notices=notices,
    )
    return replace(series, shape=_shape(series))


def _shape(series: Series) -> tuple[int, int, int]:
    try:
        return stack(series.source, series.slices, series.thickness_mm).grid.shape
    except ScanError:  # told when the reader chooses it; the other series of the folder are still listed
        return len(series.slices), series.slices[0].rows, series.slices[0].columns


def _left_out(found: _Found) -> tuple[Notice, ...]:
    told = [Notice(fault, grave=True) for fault in found.faults[:3]]
    if len(found.faults) > 3:
        told.append(Notice(f"{len(found.faults) - 3} more files could not be read and were left out.", grave=True))
    if found.strangers:
        told.append(
            Notice(
                f"{_counted(len(found.strangers), 'file')} no DICOM and left out (first: {found.strangers[0].name})."
            )
        )
    if found.other_modalities:
        kinds = ", ".join(f"{count} {modality}" for modality, count in found.other_modalities.most_common())
        told.append(Notice(f"Objects that are no CT slices were left out: {kinds}."))
    if found.localisers:
        told.append(Notice(f"{_counted(found.localisers, 'localiser')} left out."))
    return tuple(told)


def _counted(count: int, what: str) -> str:
    return f"{count} {what} was" if count == 1 else f"{count} {what}s were"


def _nothing(path: Path, found: _Found) -> ScanError:
    """Say why nothing was found."""
    if not found.files:
        return ScanError(f"{path} is an empty folder. Choose a folder with CT slices.")
    if found.faults:
        more = f" ({len(found.faults)} such files)" if len(found.faults) > 1 else ""
        return ScanError(f"No CT can be read: {found.faults[0]}{more}")
    if found.other_modalities:
        kinds = ", ".join(f"{count} {modality}" for modality, count in found.other_modalities.most_common())
        return ScanError(f"{path} holds no CT slices, only other objects ({kinds}). Choose a CT series.")
    if found.localisers:
        return ScanError(f"{path} holds only localisers, no CT slices. Choose the series itself.")
    return ScanError(
        f"{path} holds no CT: none of its {found.files} files is a DICOM slice or a volume "
        f"(first: {found.strangers[0].name if found.strangers else 'DICOMDIR'}). Choose another folder."
    )


def _volumes(found: _Found, progress: Progress) -> list[Series]:
    """Describe the volume files; one that cannot be read is a fault of the folder, not its end."""
    series = []
    for path in found.volumes:
        progress.report(0.0, f"Looking at {path.name}")
        try:
            series.append(_volume_series(path))
        except ScanError as fault:
            found.faults.append(str(fault))
    notices = _left_out(found)
    return [replace(one, notices=(*one.notices, *notices)) for one in series]


def _volume_series(path: Path) -> Series:
    # SimpleITK takes 0.16 s to import: DICOM readers need not wait for it.
    from ai.scan.volume_headers import volume_series  # noqa: PLC0415

    return volume_series(path)
