"""Every CT series of an archive, folder by folder, so that an archive of any size is gone through in little memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ai.progress import QUIET, Progress
from ai.scan import ScanError, find_series
from ai.series import Series

_TOLD_EVERY = 16


@dataclass(frozen=True)
class Unread:
    """A folder in which no CT could be read, and the sentence that says why."""

    path: Path
    sentence: str


@dataclass(frozen=True)
class Archive:
    """What an archive holds: series without their slices' headers, and folders without any.

    A series is found again by ``found_again``.
    """

    root: Path
    series: tuple[Series, ...]
    unread: tuple[Unread, ...]


def searched(root: Path, progress: Progress = QUIET) -> Archive:
    """Go through an archive.

    Raises:
        ScanError: there is no such folder.
    """
    if not root.is_dir():
        raise ScanError(f"{root} is no folder; name the one with the scans.")
    series: dict[str, Series] = {}
    unread: list[Unread] = []
    for number, folder in enumerate(_folders(root)):
        if number % _TOLD_EVERY == 0:
            progress.report(0.0, f"Looking through folder {number + 1}, {len(series)} series so far")
        try:
            found = find_series(folder, nested=False)
        except ScanError as fault:
            unread.append(Unread(folder, str(fault)))
            continue
        for one in found:
            known = series.get(one.uid)
            if known is None or known.shape[0] < one.shape[0]:
                series[one.uid] = replace(one, slices=(), windows=(), notices=())
    return Archive(root, tuple(series.values()), tuple(unread))


def found_again(series: Series) -> Series:
    """Return a series with its slices.

    Raises:
        ScanError: it is not there any more.
    """
    for one in find_series(series.source, nested=False):
        if one.uid == series.uid:
            return one
    raise ScanError(f"{series.source} has changed: the series is no longer there. Build the cohort again.")


def _folders(root: Path) -> Iterator[Path]:
    """Yield the folders that hold files themselves, hidden ones left out, in the order of names."""
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if any(not name.startswith(".") for name in names):
            yield Path(parent)
