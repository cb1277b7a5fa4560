"""A file appears under its name only when it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ai.report.errors import ReportError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; it takes ``path``'s place when the block ends; if that fails, it goes.

    The ending is kept, because writers choose the format by it. The folder is made.

    Raises:
        ReportError: the folder or file cannot be written.
    """
    partial = path.with_name(f".{os.getpid()}.partial.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as cause:
        reason = cause.strerror or "the system refused"
        raise ReportError(f"{path} could not be written ({reason}); choose another folder or make room.") from cause
    finally:
        _removed(partial)


def write_whole(path: Path, text: str) -> Path:
    """Write UTF-8 text, whole or not at all."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return path


def _removed(partial: Path) -> None:
    try:
        partial.unlink(missing_ok=True)
    except OSError:
        return
