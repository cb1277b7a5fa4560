"""DICOMDIR: a medium's table of contents (DICOM PS3.3 annex F). Only the names of its files are believed."""

from __future__ import annotations

from pathlib import Path

from ai.scan.datasets import FAULTS, dataset
from ai.scan.errors import HeaderFault


def listed_files(directory: Path) -> tuple[list[Path], list[str]]:
    """Return the files a DICOMDIR lists that are there, in its order, and the names of those that are not.

    Names are compared without regard to case and version (";1"): media written on one system are read on others.

    Raises:
        HeaderFault: it cannot be read.
    """
    try:
        records = dataset(directory).DirectoryRecordSequence
        names = [_parts(record.ReferencedFileID) for record in records if _refers(record)]
    except FAULTS as error:
        raise HeaderFault(f"{directory} is a damaged DICOMDIR. Open the folder it lies in instead.") from error
    folders: dict[Path, dict[str, Path]] = {}
    there, missing = [], []
    for parts in names:
        found: Path | None = directory.parent
        for part in parts:
            found = None if found is None else _inside(found, folders).get(_plain(part))
        if found is None:
            missing.append("/".join(parts))
        else:
            there.append(found)
    return there, missing


def _refers(record: object) -> bool:
    return bool(getattr(record, "ReferencedFileID", None))


def _parts(value: object) -> list[str]:
    parts = [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]
    return [str(part) for part in parts]


def _plain(name: str) -> str:
    return name.casefold().partition(";")[0]


def _inside(folder: Path, known: dict[Path, dict[str, Path]]) -> dict[str, Path]:
    """Return what a folder holds, by plain name; nothing where it is no folder."""
    if folder not in known:
        try:
            known[folder] = {_plain(entry.name): entry for entry in folder.iterdir()}
        except OSError:
            known[folder] = {}
    return known[folder]
