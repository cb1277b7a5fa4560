"""Files on disk and in ZIP archives, opened alike: a member is called scans.zip/CT/IM1, as if that were a folder."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from ai.scan.errors import HeaderFault, why

LARGE_BYTES = 1 << 25
"""Members from this size on are unpacked to disk once, instead of inflating them anew for every frame."""
_NOT_THERE = (NotADirectoryError, FileNotFoundError)
_DAMAGE = (BadZipFile, zlib.error, EOFError, NotImplementedError)
_LOCKED = 1
_FOREIGN = "__MACOSX"


def is_archive(path: Path) -> bool:
    """Tell by its name whether a file is a ZIP archive."""
    return path.name.lower().endswith(".zip")


def members(archive: Path) -> list[Path]:
    """Return what an archive holds, in the order of names, hidden files left out.

    Raises:
        HeaderFault: it is no ZIP archive, damaged, or may not be read.
    """
    return sorted(_opened_archive(archive).members)


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """Open a file or member; yield it with its size in bytes.

    Raises:
        HeaderFault: a member is locked or damaged. OSError: the file cannot be read.
    """
    try:
        with _open(path) as file:
            yield file, _size(file, path)
    except _DAMAGE as error:
        raise HeaderFault(f"{path} is damaged inside its ZIP archive. Copy or pack it again.") from error


def on_disk(path: Path) -> Path:
    """Return a file as one that other libraries can open: itself, or where a member was unpacked to.

    Members of the same folder and stem (a MetaImage header's voxels) are unpacked beside it. What is unpacked lies in
    a folder that only this user may read, and goes with the program.

    Raises:
        HeaderFault: a member is locked or damaged, or there is no room to unpack it. OSError: no such file.
    """
    found = _in_archive(path)
    if found is None:
        return path
    archive, _ = found
    stem = path.name.split(".")[0]
    for other in archive.members:
        if other != path and other.parent == path.parent and other.name.split(".")[0] == stem:
            archive.unpack(other)
    return archive.unpack(path)


def in_archive(path: Path) -> bool:
    """Tell whether a path leads into a ZIP archive."""
    return _in_archive(path) is not None


class _Archive:
    """An archive whose table of contents has been read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip = ZipFile(path)
        self.members: dict[Path, ZipInfo] = {}
        for info in self._zip.infolist():
            parts = [part for part in info.filename.split("/") if part not in ("", ".", "..")]
            if not info.is_dir() and parts and not any(part.startswith((".", _FOREIGN)) for part in parts):
                self.members[path.joinpath(*parts)] = info
        self._unpacked: dict[Path, Path] = {}
        self._lock = Lock()

    def open(self, path: Path) -> IO[bytes]:
        """Open a member to read; a large one is unpacked first."""
        info = self.members[path]
        if info.flag_bits & _LOCKED:
            raise HeaderFault(f"{path} is locked with a password. Unpack the archive and open its folder.")
        if info.file_size >= LARGE_BYTES:
            return self.unpack(path).open("rb", buffering=0)
        return self._zip.open(info)

    def unpack(self, path: Path) -> Path:
        """Unpack a member once; return where it lies."""
        with self._lock:
            if path not in self._unpacked:
                self._unpacked[path] = self._unpack(path, self.members[path])
            return self._unpacked[path]

    def _unpack(self, path: Path, info: ZipInfo) -> Path:
        if info.flag_bits & _LOCKED:
            raise HeaderFault(f"{path} is locked with a password. Unpack the archive and open its folder.")
        folder = _own_folder()
        if info.file_size > shutil.disk_usage(folder).free:
            raise HeaderFault(f"{path} needs {info.file_size >> 20} MiB to be unpacked, more than is free on the disk.")
        # Numbered, not named: a name out of an archive never becomes a path on this computer.
        place = folder / str(id(self)) / str(sorted({p.parent for p in self.members}).index(path.parent))
        place.mkdir(parents=True, exist_ok=True)
        target = place / path.name.replace(os.sep, "_").replace("\\", "_")
        try:
            with self._zip.open(info) as packed, target.open("wb") as out:
                shutil.copyfileobj(packed, out, 1 << 20)
        except _DAMAGE as error:
            target.unlink(missing_ok=True)
            raise HeaderFault(f"{path} is damaged inside its ZIP archive. Copy or pack it again.") from error
        return target


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    """A folder only this user may read, removed when the program ends."""
    folder = Path(tempfile.mkdtemp(prefix="interval-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _opened_archive(path: Path) -> _Archive:
    try:
        state = path.stat()
        return _cached_archive(path, state.st_mtime_ns, state.st_size)
    except _DAMAGE as error:
        raise HeaderFault(f"{path} is no ZIP archive or is damaged. Copy or pack it again.") from error
    except OSError as error:
        raise HeaderFault(f"{path} cannot be read ({why(error)}). Check the file and its permissions.") from error


@lru_cache(maxsize=8)
def _cached_archive(path: Path, changed_ns: int, size: int) -> _Archive:
    del changed_ns, size  # they tell a changed archive from the one that was read
    return _Archive(path)


def _in_archive(path: Path) -> tuple[_Archive, ZipInfo] | None:
    """Return the archive a path leads into, and the member's entry; None where it leads to a file of its own."""
    for parent in path.parents:
        if is_archive(parent) and parent.is_file():
            archive = _opened_archive(parent)
            return (archive, archive.members[path]) if path in archive.members else None
    return None


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb", buffering=0)
    except _NOT_THERE:
        found = _in_archive(path)
        if found is None:
            raise
        return found[0].open(path)


def _size(file: IO[bytes], path: Path) -> int:
    try:
        return os.fstat(file.fileno()).st_size
    except OSError:  # a member in memory has no descriptor
        found = _in_archive(path)
        return 0 if found is None else found[1].file_size
