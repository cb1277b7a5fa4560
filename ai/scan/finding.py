"""From a folder or file to the series it holds; what is left out is told."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ai.progress import QUIET, Progress
from ai.scan.errors import HeaderFault, ScanError, why
from ai.scan.files import in_archive, is_archive, members, opened
from ai.scan.grouping import Picture, stacks
from ai.scan.headers import read_header, study, windows
from ai.scan.searching import Found, files_under, is_volume_file, search
from ai.scan.stacking import ordered, stack
from ai.scan.strays import strays
from ai.series import Notice, Series

SoFar = Callable[[Sequence[Series]], None]
FIRST_TOLD_S = 0.3


def find_series(
    path: Path, progress: Progress = QUIET, so_far: SoFar | None = None, nested: bool = True
) -> list[Series]:
    """Return the CT series under a folder, in a ZIP archive, listed by a DICOMDIR, or the one that a file belongs to.

    Never an empty list. Files that are no CT slice are left out and named in the notices of each series.

    Args:
        path: a folder, an archive, a DICOMDIR, or a file.
        progress: told how many files were looked through; Cancelled passes through.
        so_far: told what has been found, now and then while the search goes on; called from the calling thread. What
            it is told takes a tenth of the time at most.
        nested: whether the folders inside a folder are looked into as well.

    Raises:
        ScanError: there is no such path, it may not be read, or it holds no CT; the sentence says which.
    """
    path = Path(path)
    progress.report(0.0, f"Looking at {path.name}")
    try:
        if not in_archive(path):
            path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ScanError(f"{path} does not exist. Check the name.") from error
    except OSError as error:
        raise ScanError(f"{path} cannot be read ({why(error)}). Check its permissions.") from error
    if path.is_dir():
        return _among(path, files_under(path, nested), Found(), progress, so_far)
    if path.name.upper() == "DICOMDIR":
        return _listed(path, progress, so_far)
    if is_archive(path):
        members(path)  # said of the archive itself where it cannot be read
        return _among(path, iter([path]), Found(), progress, so_far)
    return _of_file(path, progress)


def _listed(directory: Path, progress: Progress, so_far: SoFar | None) -> list[Series]:
    """Look into the files that a DICOMDIR lists; where it is damaged, into the whole folder it lies in."""
    # pydicom takes 0.2 s to import: only who reads a DICOMDIR waits for it.
    from ai.scan.dicomdir import listed_files  # noqa: PLC0415

    found = Found()
    try:
        files, found.missing = listed_files(directory)
    except HeaderFault:
        found.faults.append(f"{directory} is damaged; every file of its folder was looked at instead.")
        files = list(files_under(directory.parent))
    return _among(directory if files else directory.parent, iter(files), found, progress, so_far)


def _of_file(path: Path, progress: Progress) -> list[Series]:
    if is_volume_file(path):
        return [_volume_series(path)[0]]
    try:
        header = read_header(path)
    except HeaderFault as error:
        raise ScanError(str(error)) from error
    if header is None:
        with opened(path) as (_, size):
            what = "is empty" if size == 0 else "is no DICOM file, nor NIfTI, NRRD or MetaImage by its name"
        raise ScanError(f"{path} {what}. Choose a CT slice or volume, or its folder.")
    found = search(iter(_beside(path)), Found(), progress)
    mine = next((p for p in found.pictures if p.slice.path == path), None)
    if mine is None:
        raise _nothing(path, search(iter([path]), Found(), progress))
    return [s for s in _series(path, found) if any(h.path == path for h in s.slices)]


def _beside(path: Path) -> list[Path]:
    """Return the files of a file's folder, itself among them."""
    archive = next((parent for parent in path.parents if is_archive(parent) and parent.is_file()), None)
    if archive is not None:
        return [member for member in members(archive) if member.parent == path.parent]
    return [
        Path(entry.path)
        for entry in sorted(os.scandir(path.parent), key=lambda e: e.name)
        if entry.is_file() and not is_archive(Path(entry.path))
    ]


def _among(source: Path, files: Iterator[Path], found: Found, progress: Progress, so_far: SoFar | None) -> list[Series]:
    tell = None if so_far is None else _Teller(source, found, so_far).tell
    search(files, found, progress, tell)
    volumes = _volumes(found, progress)
    series = _series(source, found) + volumes
    if not series:
        raise _nothing(source, found)
    return series


class _Teller:
    """Tells what was found so far, as often as a tenth of the time allows."""

    def __init__(self, source: Path, found: Found, so_far: SoFar) -> None:
        self._source, self._found, self._so_far = source, found, so_far
        self._next_s = time.monotonic() + FIRST_TOLD_S
        self._told = 0

    def tell(self) -> None:
        """Tell, if it is time and there is something new."""
        began_s = time.monotonic()
        if began_s < self._next_s or len(self._found.pictures) == self._told:
            return
        self._told = len(self._found.pictures)
        self._so_far(_series(self._source, self._found))
        now_s = time.monotonic()
        self._next_s = now_s + max(FIRST_TOLD_S, 9 * (now_s - began_s))


def _series(source: Path, found: Found) -> list[Series]:
    notices = _left_out(found)
    uids: Counter[str] = Counter()
    series = []
    found_stacks = stacks(found.pictures)
    for gathered in found_stacks:
        apart = strays(gathered.pictures, [other.pictures for other in found_stacks])
        one = _one_series(source, gathered.pictures, (*gathered.notices, *notices, *apart))
        one = replace(one, beside=tuple(found.beside.get(one.study.uid, ())))
        uids[one.uid] += 1
        part = uids[one.uid]
        series.append(one if part == 1 else replace(one, uid=f"{one.uid}#{part}"))
    return sorted(series, key=lambda s: (s.number is None, s.number or 0, s.uid))


def _one_series(source: Path, pictures: Sequence[Picture], notices: tuple[Notice, ...]) -> Series:
    first = pictures[0].header
    slices = tuple(ordered([p.slice for p in pictures]))
    thickness = first.number(0x00180050)
    lossy = any(p.lossy for p in pictures)
    if lossy:
        notices = (*notices, Notice("The pictures were compressed with loss; fine detail may be missing.", grave=True))
    notices = (*_doubts(pictures), *notices)
    series = Series(
        uid=first.series_uid,
        source=source,
        study=study(first),
        modality=first.modality or "CT",
        number=first.whole(0x00200011),
        description=first.text(0x0008103E),
        body_part=first.text(0x00180015),
        kernel=first.text(0x00181210).replace("\\", " "),
        thickness_mm=thickness if thickness and thickness > 0 else None,
        windows=windows(first),
        lossy=lossy,
        slices=slices,
        notices=notices,
    )
    return _stacked(series)


def _doubts(pictures: Sequence[Picture]) -> tuple[Notice, ...]:
    """Say once what the headers of slices make doubtful, with how many slices if not all."""
    counts = Counter(doubt for picture in pictures for doubt in picture.doubts)
    return tuple(
        Notice(f"{doubt}{'' if count == len(pictures) else f' ({count} of {len(pictures)} slices)'}.", grave=True)
        for doubt, count in counts.items()
    )


def _stacked(series: Series) -> Series:
    """Add the shape of the stack, and what must be said of it: a list can warn before anything is opened."""
    try:
        laid = stack(series.source, series.slices, series.thickness_mm)
    except ScanError as refusal:  # told in the list, and to who chooses it; the folder's other series are there
        shape = len(series.slices), series.slices[0].rows, series.slices[0].columns
        return replace(series, shape=shape, notices=(*series.notices, Notice(str(refusal), grave=True)))
    return replace(series, shape=laid.grid.shape, notices=(*series.notices, *laid.notices))


def _left_out(found: Found) -> tuple[Notice, ...]:
    told = [Notice(fault, grave=True) for fault in found.faults[:3]]
    if found.missing:
        listed = f"{_counted(len(found.missing), 'file')} listed by the DICOMDIR but missing"
        told.append(Notice(f"{listed} (first: {found.missing[0]}). Copy the whole medium.", grave=True))
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
    if found.masks:
        masks = f"{_counted(len(found.masks), 'volume')} left out as masks, for 8 bits a voxel hold no CT"
        told.append(Notice(f"{masks} (first: {found.masks[0].name})."))
    if found.localisers:
        told.append(Notice(f"{_counted(found.localisers, 'localiser')} left out."))
    if found.sheets:
        told.append(Notice(f"{_counted(found.sheets, 'picture of text (dose or protocol)')} left out."))
    return tuple(replace(notice, of_place=True) for notice in told)


def _counted(count: int, what: str) -> str:
    return f"{count} {what} was" if count == 1 else f"{count} {what}s were"


def _nothing(path: Path, found: Found) -> ScanError:
    """Say why nothing was found."""
    if found.missing and not found.files:
        listed = f"lists {len(found.missing)} files of which none is there (first: {found.missing[0]})"
        return ScanError(f"{path} {listed}. Copy the whole medium.")
    if not found.files:
        return ScanError(f"{path} is an empty folder. Choose a folder with CT slices.")
    if found.faults:
        more = f" ({len(found.faults)} such files)" if len(found.faults) > 1 else ""
        return ScanError(f"No CT can be read: {found.faults[0]}{more}")
    if found.other_modalities:
        kinds = ", ".join(f"{count} {modality}" for modality, count in found.other_modalities.most_common())
        return ScanError(f"{path} holds no CT slices, only other objects ({kinds}). Choose a CT series.")
    if found.masks:
        return ScanError(
            f"{path} holds no CT, only volumes of 8-bit voxels, as masks have (first: {found.masks[0].name}). Choose "
            "the folder with the scan, or one of these files by itself."
        )
    if found.localisers or found.sheets:
        return ScanError(f"{path} holds only localisers or dose sheets, no CT slices. Choose the series itself.")
    return ScanError(
        f"{path} holds no CT: none of its {found.files} files is a DICOM slice or a volume "
        f"(first: {found.strangers[0].name if found.strangers else 'DICOMDIR'}). Choose another folder."
    )


def _volumes(found: Found, progress: Progress) -> list[Series]:
    """Describe the volume files; one that cannot be read is a fault of the folder, not its end. Masks are no scans."""
    series = []
    for path in found.volumes:
        progress.report(0.0, f"Looking at {path.name}")
        try:
            one, mask = _volume_series(path)
        except ScanError as fault:
            found.faults.append(str(fault))
            continue
        if mask:
            found.masks.append(path)
        else:
            series.append(one)
    notices = _left_out(found)
    return [replace(one, notices=(*one.notices, *notices)) for one in series]


def _volume_series(path: Path) -> tuple[Series, bool]:
    """Return what a volume file's header tells, and whether its voxels are too short for a CT's."""
    # SimpleITK takes 0.16 s to import: DICOM readers need not wait for it.
    from ai.scan.volume_headers import volume_series  # noqa: PLC0415

    return volume_series(path)
