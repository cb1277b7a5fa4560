"""The demo study as DICOM folders, written once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from ai.errors import IntervalError
from ai.progress import QUIET, Part, Progress
from ai.scan import write_dicom
from ai.series import Scan


class DemoError(IntervalError):
    """The demo study could not be kept."""


def cache_folder() -> Path:
    """Return where this platform keeps what programs can make again (XDG_CACHE_HOME, LOCALAPPDATA, Library/Caches)."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "interval"


def demo_folders(
    draw: Callable[[Progress], tuple[Scan, Scan]], cache: Path | None = None, progress: Progress = QUIET
) -> tuple[Path, Path]:
    """Return the folders of prior and current scan; drawn and written only where this recipe's are not there yet.

    Args:
        draw: makes (prior, current).
        cache: where to keep them; the user's cache folder if None.
        progress: told while they are made.

    Raises:
        DemoError: the cache cannot be written.
    """
    kept = (cache or cache_folder()) / f"demo-{recipe_mark()}"
    if not kept.is_dir():
        scans = draw(Part(progress, 0.0, 0.6))
        try:
            _keep(scans, kept, progress)
        except OSError as cause:
            text = (
                f"The demo study could not be kept in {kept.parent} ({cause.strerror}); set XDG_CACHE_HOME elsewhere."
            )
            raise DemoError(text) from cause
    return kept / "prior", kept / "current"


def recipe_mark() -> str:
    """Return a short mark that changes with every change of how the demo study is drawn or written."""
    recipe = hashlib.sha256()
    room = Path(__file__).resolve().parent
    for path in [*sorted(room.rglob("*.py")), room.parent / "scan" / "series_writing.py"]:
        recipe.update(path.read_bytes())
    return recipe.hexdigest()[:12]


def _keep(scans: tuple[Scan, Scan], kept: Path, progress: Progress) -> None:
    """Write beside the final name, then rename: a demo study is there whole or not at all."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(mkdtemp(prefix=".demo-", dir=kept.parent))
    try:
        for number, (name, scan) in enumerate(zip(("prior", "current"), scans, strict=True)):
            progress.report(0.6 + 0.2 * number, f"Writing the demo patient's {name} scan as DICOM")
            write_dicom(scan, partial / name)
        if not kept.is_dir():
            partial.rename(kept)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
